"""The billed usage of one backup, one deletion and the rest: the measured half of the cost formula.

Request units are counted for the journal's own calls against DynamoDB in memory; deliveries and durations
come from the simulated account, where a call takes its time on the wire. What cannot be counted
here (log lines, CPU of a small function) is a constant below. `domain/report/cost.py` holds these figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import boto3
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from bench import prune
from bench.account import CLUSTER, LAG, little_changed
from bench.figures import Figure
from bench.simulation.counting import Counted
from bench.simulation.deployment import CALL_SECONDS, JOURNAL_SECONDS, SLOT, SimulatedDeployment
from bench.simulation.dynamodb import Item, MeteredDynamo, size_of
from bench.simulation.ec2 import SimulatedEc2
from bench.simulation.kernel import Simulation
from snapkeep.adapters.dynamodb import DynamoPacer, dynamo_journal, schema
from snapkeep.domain.backup.runs import Run, RunState, run_id
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Method, Pace, Policy, Schedule, Selection
from snapkeep.domain.report.catalogue import entry_of
from snapkeep.domain.report.cost import DAYS, Usage
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE, create_table
from tests.fakes import FakePacer
from tests.fakes.world import World, a_claim

REGION = "us-east-1"

GIB, PLANNER_GIB = 0.5, 1.0
"""The functions' memory, as in `infra`."""

CPU_TIMES = 1769 / 512
"""Seconds that one CPU second takes in a function with 512 MiB; 1,769 MB buy a whole CPU.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""
CALL_SECONDS_CPU = 0.001 * CPU_TIMES
"""A function's own work for one call: about 1 ms of CPU."""

LOG_GIB = 1.5 / 2**20
"""Log of one invocation: Lambda's own lines and our report, 1.5 KiB."""

RECEIVES = 5 * 3 * 60 * 24 * DAYS
"""Empty receives of a queue in a month: Lambda keeps five long polls of 20 s open for each.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""
QUEUES = 5
SCHEDULED = {"reconcile": 96, "finish_restores": 288, "handle_interruption": 96, "prune": 24}
"""Invocations per day without any backup."""

RUNS_SEEN = 35
"""Daily runs that reconcile looks back at."""


class Meter:
    """A journal on DynamoDB in memory, and what its calls were billed since `begin`."""

    def __init__(self, client: Any) -> None:
        indexes = (schema.POINTS_INDEX_KEYS, schema.OPEN_INDEX_KEYS, schema.RUNS_INDEX_KEYS)
        self.client = MeteredDynamo(client, TABLE, indexes, self._item)
        self.journal = dynamo_journal(self.client, TABLE)  # type: ignore[arg-type]

    def stored(self) -> int:
        """Bytes of all items, with the 100 that DynamoDB adds to each."""
        return sum(size_of(item) + 100 for item in self._items())

    def _items(self) -> Iterator[dict[str, Any]]:
        (table,) = dynamodb_backends[ACCOUNT_ID][REGION].tables.values()
        return (item.to_json()["Attributes"] for item in table.all_items())

    def _item(self, key: Item) -> Item | None:
        """An item in moto's memory; asking by a call for each would take most of the time."""
        (table,) = dynamodb_backends[ACCOUNT_ID][REGION].tables.values()
        found = table.items.get(key["pk"]["S"], {}).get(key["sk"]["S"])
        return found.to_json()["Attributes"] if found else None

    def begin(self) -> None:
        """Forget what was billed."""
        self.client.writes = self.client.reads = self.client.calls = 0

    def usage(self, other_seconds: float = 0.0) -> Usage:
        """Request units since `begin`, and the memory that the calls and other seconds keep."""
        seconds = self.client.calls * (JOURNAL_SECONDS + CALL_SECONDS_CPU) + other_seconds
        return Usage(gib_seconds=seconds * GIB, writes=self.client.writes, reads=self.client.reads)


@contextmanager
def meter() -> Iterator[Meter]:
    """A meter over an empty table."""
    with mock_aws():
        client = boto3.client("dynamodb", REGION, aws_access_key_id="x", aws_secret_access_key="x")
        create_table(client)
        yield Meter(client)


def run_of(claims: int) -> Usage:
    """Request units and stored bytes of a whole run over this many claims."""
    with meter() as metered:
        pacer = DynamoPacer(metered.client, TABLE, "bench", Pace(1000, 1000, 1000))  # type: ignore[arg-type]
        world = World(
            *(a_claim(f"data-{number}") for number in range(claims)),
            wrap=lambda port: pacer if type(port) is FakePacer else port,
            journal=metered.journal,  # type: ignore[arg-type]
        )
        metered.begin()
        world.backup()
        world.work()
        world.finish_snapshots()
        run = metered.journal.runs.run(run_id("myeks", world.policy.name, SLOT))
        assert run is not None and run.ready == claims, run
        used = metered.usage()
        kept_months = schema.KEEP_CLOSED.days / DAYS
        return replace(used, table_gib=metered.stored() / 2**30 * kept_months)


def deliveries(volumes: int = 900) -> Usage:
    """Functions and queues of one backup, as the simulated account counts them at the shipped pace."""
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, little_changed, LAG)
    deployed = SimulatedDeployment(simulation, ec2, {CLUSTER: volumes}, Pace())
    deployed.run({CLUSTER: 0})
    jobs, ends = deployed.jobs, deployed.ends
    invocations = jobs.invocations + ends.invocations
    seconds = jobs.busy_seconds + ends.busy_seconds + deployed.calls.total() * CALL_SECONDS_CPU
    messages = 2 * invocations + volumes + deployed.calls["JobQueue.send"]
    work = Usage(
        gib_seconds=seconds * GIB, invocations=invocations, messages=messages, log_gib=invocations * LOG_GIB
    )
    return work * (1 / volumes)


def prunes_of(claims: int, points: int) -> tuple[Usage, Usage]:
    """A prune that deletes one point of each claim, and the next one, which finds nothing to delete."""
    ec2, calls = prune.Ec2(claims, points), Counter[str]()
    policy = Policy(
        name=prune.POLICY,
        clusters=(prune.CLUSTER,),
        selection=Selection(),
        schedule=Schedule("rate(6 hours)"),
        method=Method.EBS,
        retention={"last": points - 1},
    )
    now = prune.NOW
    with meter() as metered:
        history = [prune.seen_long_ago(policy)]
        metered.journal.retentions.write_retention_history(prune.CLUSTER, prune.POLICY, history)
        prune.journal_since_last_prune(metered.journal)
        entries = [entry for snapshot in ec2.find({}) if (entry := entry_of(snapshot))]
        metered.journal.catalogue.put_entries(prune.CLUSTER, entries)
        kubernetes, counted = prune.Kubernetes(ec2), Counted(ec2, calls)
        pruner = prune.a_pruner(policy, kubernetes, counted, metered.journal, lambda: now)
        used = []
        for _ in range(2):
            metered.begin()
            calls.clear()
            pruner.run("bench", PruneRequest())
            used.append(metered.usage(calls.total() * (CALL_SECONDS["get"] + CALL_SECONDS_CPU)))
            ec2.points -= 1  # the oldest of each are gone
            now += timedelta(hours=1)
    return used[0], used[1]


def looks_of(policies: int) -> Usage:
    """One reconcile with this many policies, each with five weeks of daily runs."""
    with meter() as metered:
        world = World(journal=metered.journal)  # type: ignore[arg-type]
        known = tuple(replace(world.policy, name=f"policy-{number}") for number in range(policies))
        for policy in known:
            metered.journal.slots.first_seen("myeks", policy.name, SLOT)
            for day in range(RUNS_SEEN):
                _closed_run(metered.journal, policy.name, day)
        deployment = replace(world.deployment, policies=known)
        reconciler = replace(world.reconciler, deployment=deployment)
        metered.begin()
        report = reconciler.run()
        assert not report.errors, report.errors
        return metered.usage()


def _closed_run(journal: Journal, policy: str, day: int) -> None:
    slot = SLOT - timedelta(days=day)
    run = Run(run_id("myeks", policy, slot), "myeks", policy, slot, accepted_at=slot)
    journal.runs.open_run(run, "bench", slot, slot)
    journal.runs.start_run(replace(run, state=RunState.RUNNING, total=0))
    journal.runs.close_run(run.id, RunState.COMPLETED, slot)
    journal.runs.mark_announced(run.id)


def measured() -> dict[str, Usage]:
    """Each part of the cost formula, by its name in `domain/report/cost.py`."""
    few, many = run_of(10), run_of(40)
    backup = (many + few * -1) * (1 / 30)
    (dear, idle), (_, idle_long) = prunes_of(5, 20), prunes_of(5, 60)
    kept = (idle_long + idle * -1) * (1 / 200)
    hours = 24 * DAYS
    cpu = prune.measure("steady", 200, 100)["prune_cpu_s"] / 20_000 * CPU_TIMES
    page_seconds = CALL_SECONDS["find"] * 5 / 1000
    one, three = looks_of(1), looks_of(3)
    look = (three + one * -1) * 0.5
    quarters = 4 * hours
    scheduled = sum(SCHEDULED.values()) * DAYS
    return {
        "PER_BACKUP": replace(backup, gib_seconds=0.0) + deliveries(),
        "PER_DELETION": (dear + idle * -1) * (1 / 5),
        "PER_KEPT": (kept + Usage(gib_seconds=(cpu + page_seconds) * GIB)) * hours,
        "PER_RUN": (few + backup * -10)
        + Usage(
            gib_seconds=5 * PLANNER_GIB,
            invocations=2,
            events=1,
            schedules=1,
            log_gib=2 * LOG_GIB,
            metrics=3 / (24 * DAYS),
        ),
        "PER_POLICY": look * quarters + Usage(metrics=1, log_gib=quarters * 0.5 / 2**20),
        "PER_CLUSTER": (idle + kept * -95) * hours,
        "PER_STACK": (one + look * -1) * quarters
        + Usage(
            gib_seconds=scheduled * 0.2 * GIB,
            invocations=scheduled,
            schedules=scheduled,
            messages=QUEUES * RECEIVES,
            log_gib=scheduled * LOG_GIB,
        ),
    }


def figures() -> Iterator[Figure]:
    """Billed units by purpose; per month unless the name says an event."""
    for name, usage in measured().items():
        values = {unit: float(f"{amount:.3g}") for unit, amount in asdict(usage).items()}
        yield Figure(name, {unit: amount for unit, amount in values.items() if amount})
