"""100,000 volumes in 200 clusters: what the planner says for several numbers of accounts, how one account
handles its share on a simulated clock, and what each part of the service costs.

Accounts share nothing, so one represents all. Once all clusters start at the same slot; once the planner
starts one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bench.account import LAG, floor, little_changed
from bench.figures import Figure
from bench.simulation.deployment import SLOT, SimulatedDeployment
from bench.simulation.ec2 import SimulatedEc2
from bench.simulation.kernel import Simulation
from snapkeep.domain.policies import Pace
from snapkeep.domain.report.cost import Fleet, dollars, month_of, total
from snapkeep.domain.report.feasibility import Demand, capacity_of, spread

VOLUMES, CLUSTERS, ACCOUNTS = 100_000, 200, 40
KEPT = 30
PENDING_SECONDS = 10
WINDOW = timedelta(hours=1)

FLEETS = {
    "50": Fleet(50, kept=KEPT),
    "2,000": Fleet(2_000, kept=KEPT, clusters=4),
    "100,000": Fleet(VOLUMES, kept=KEPT, clusters=CLUSTERS, stacks=ACCOUNTS),
}


def planned() -> Iterator[Figure]:
    """What the planner says for one, some, and enough accounts with a raised quota."""
    for accounts, quota in ((1, 100_000), (20, 100_000), (20, 150_000), (ACCOUNTS, 100_000)):
        load = Demand(VOLUMES // accounts, 1, PENDING_SECONDS, KEPT)
        found = capacity_of(load, Pace(), quota)
        yield Figure(
            f"planner: {accounts} accounts, quota {quota:,}",
            {
                "rate_per_s": round(found.rate, 2),
                "slot_s": round(found.takes.total_seconds()),
                "snapshots_each": found.snapshots,
                "refusals": len(found.problems),
                "accounts_needed": accounts * found.accounts if found.problems else accounts,
            },
        )


def one_account(starts: Mapping[str, float], volumes: Mapping[str, int]) -> dict[str, float]:
    """One account's share, at the shipped pace."""
    simulation = Simulation(SLOT)
    ec2 = SimulatedEc2(simulation, little_changed, LAG)
    deployed = SimulatedDeployment(simulation, ec2, volumes, Pace())
    runs = deployed.run(starts)
    least, created = floor(sum(volumes.values()), Pace(), PENDING_SECONDS), max(ec2.created_at)
    return {
        "volumes": sum(volumes.values()),
        "created_s": round(created, 1),
        "times_floor": round(created / least, 3),
        "ready": sum(run.ready for run in runs),
        "failed": sum(run.failed for run in runs) + len(deployed.jobs.dead),
        "refused": ec2.refused.total(),
        "invocations": deployed.jobs.invocations + deployed.ends.invocations,
        "invocations_per_backup": round(
            (deployed.jobs.invocations + deployed.ends.invocations) / len(ec2.all), 2
        ),
    }


def figures() -> Iterator[Figure]:
    """The planner, one account at once and spread, and the cost of a month by what it is for."""
    yield from planned()
    each = CLUSTERS // ACCOUNTS
    volumes = {f"cluster-{number:03}": VOLUMES // CLUSTERS for number in range(each)}
    limits = {"times_floor": 1.1, "failed": 0.0}
    at_once = one_account(dict.fromkeys(volumes, 0.0), volumes)
    yield Figure(f"one of {ACCOUNTS} accounts, {each} clusters at once", at_once, limits)
    plan = spread(volumes, Pace(), PENDING_SECONDS, WINDOW)
    assert not plan.refused, plan.refused
    starts = {cluster: start.total_seconds() for cluster, start in plan.starts.items()}
    spread_out = one_account(starts, volumes)
    yield Figure(f"one of {ACCOUNTS} accounts, {each} clusters one by one", spread_out, {"failed": 0.0})
    for name, fleet in FLEETS.items():
        month = month_of(fleet)
        values = {
            part.replace(" ", "_"): round(sum(dollars(usage).values()), 2) for part, usage in month.items()
        }
        yield Figure(f"{name} volumes daily, dollars a month", {"all": round(total(month), 2), **values})
