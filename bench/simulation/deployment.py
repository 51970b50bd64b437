"""Snapkeep in a simulated account: its services unchanged, its queues and functions as the stack has them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from math import ceil
from typing import Any

from bench.simulation.ec2 import SimulatedEc2
from bench.simulation.indexed import indexed_journal
from bench.simulation.kernel import Simulation
from bench.simulation.queues import JobQueue, LambdaQueue
from snapkeep.domain.backup.jobs import job_from_json
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.claims import Claim, Volume, VolumeKind
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.policies import Cluster, Deployment, Method, Pace, Policy, Schedule, Selection
from snapkeep.wiring import backup
from tests.fakes import FakeAnnouncer, FakeCluster, FakeClusters, FakePacer, FakeStarter
from tests.fakes.journal import wrapped
from tests.fakes.ports import some_ports

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
POLICY = "nightly"
RECONCILE_EVERY = 900.0

CALL_SECONDS = {"create": 0.25, "find": 0.1, "get": 0.1, "add_tags": 0.1, "send": 0.02, "claims": 0.3}
"""How long a call is on the wire; any other one is a DynamoDB call and takes `JOURNAL_SECONDS`."""

JOURNAL_SECONDS = 0.006
POINTS_OF_A_CALL = 100
"""Points that one TransactWriteItems journals, and about what one page of claims and one send hold."""

EVENT_SECONDS = 1.0
"""From the end of a snapshot until its event is in the queue."""


class Timed:
    """A port whose calls take simulated time, counted by name."""

    def __init__(self, port: Any, simulation: Simulation, calls: Counter[str]) -> None:
        self._port, self._simulation, self._calls = port, simulation, calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            many = args and name in ("add_points", "send")
            items = list(args[0]) if many else []
            times = max(1, ceil(len(items) / POINTS_OF_A_CALL))
            self._calls[f"{type(self._port).__name__}.{name}"] += times
            self._simulation.sleep(times * CALL_SECONDS.get(name, JOURNAL_SECONDS))
            return method(items, *args[1:], **kwargs) if many else method(*args, **kwargs)

        return call


class NoSlots:
    """A calendar in which nothing is due: the slot under way is the only one."""

    def due(
        self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime
    ) -> Iterator[datetime]:
        """Nothing."""
        return iter(())


class SimulatedDeployment:
    """Clusters with so many claims each, one policy that takes all by `ebs`, and the functions behind it.

    The concurrency, batch sizes and visibility times are those of `infra/constructs`.
    """

    def __init__(
        self, simulation: Simulation, ec2: SimulatedEc2, claims: Mapping[str, int], pace: Pace
    ) -> None:
        self.simulation, self.ec2 = simulation, ec2
        self.calls: Counter[str] = Counter()
        self.journal = indexed_journal()
        self.announcer = FakeAnnouncer()
        self.jobs = LambdaQueue(simulation, "take_snapshots", 1, 5, visibility=720, handler=self._take)
        self.ends = LambdaQueue(simulation, "record_completion", 10, 5, visibility=60, handler=self._record)
        policy = Policy(
            name=POLICY,
            clusters=tuple(claims),
            selection=Selection(),
            schedule=Schedule("rate(1 day)"),
            method=Method.EBS,
            retention={"last": 3},
        )
        deployment = Deployment(tuple(Cluster(name, "us-east-1") for name in claims), (policy,), pace)
        for cluster, count in claims.items():
            for number in range(count):
                ec2.add_volume(f"vol-{cluster}-{number}")
        ec2.on_end = lambda snapshot_id: self.ends.put(snapshot_id, EVENT_SECONDS)
        clusters = [
            FakeCluster(cluster, [a_claim(cluster, number) for number in range(count)])
            for cluster, count in claims.items()
        ]
        self._build(deployment, FakeClusters(*clusters), pace)

    def _build(self, deployment: Deployment, clusters: FakeClusters, pace: Pace) -> None:
        ec2 = self._timed(self.ec2)
        ports = some_ports(
            deployment=deployment,
            clusters=clusters,
            snapshots=ec2,
            volumes=ec2,
            pacer=self._timed(FakePacer(pace)),
            journal=wrapped(self.journal, self._timed),
            jobs=self._timed(JobQueue(self.jobs)),
            starter=FakeStarter(),
            announcer=self.announcer,
            calendar=NoSlots(),
            clock=self.simulation.clock,
            nonce=_nonces().__next__,
        )
        self._planner, self._taker = backup.plan_backup(ports), backup.take_snapshots(ports)
        self._completer, self._reconciler = backup.complete_points(ports), backup.reconcile(ports)

    def run(self, starts: Mapping[str, float], limit: float = 24 * 3600) -> list[Run]:
        """The runs of these clusters, each scheduled so many seconds after the slot, once all are closed.

        Raises Stuck past `limit` simulated seconds.
        """
        for cluster, start in starts.items():
            self.simulation.start(partial(self._planner.run, cluster, POLICY, SLOT, "planner"), after=start)
        self.simulation.after(RECONCILE_EVERY, self._reconcile)
        closed = self.announcer.closed
        self.simulation.run(lambda: len(closed) == len(starts), limit)
        return [run for run, _ in closed]

    def _timed(self, port: Any) -> Any:
        return Timed(port, self.simulation, self.calls)

    def _take(self, bodies: Sequence[str], owner: str) -> list[int]:
        return _failed(bodies, lambda body: self._taker.run(job_from_json(body), f"{owner}/{body}"))

    def _record(self, bodies: Sequence[str], owner: str) -> list[int]:
        return _failed(bodies, lambda snapshot_id: self._completer.on_event(snapshot_id, finished=True))

    def _reconcile(self) -> None:
        self.simulation.start(self._reconciler.run)
        self.simulation.after(RECONCILE_EVERY, self._reconcile)


def a_claim(cluster: str, number: int) -> Claim:
    """A bound claim of 4Gi on a volume of its own."""
    name = f"data-{number:05}"
    volume = Volume(
        f"pv-{number}", VolumeKind.EBS_CSI, "ebs.csi.aws.com", f"vol-{cluster}-{number}", "ext4", "a"
    )
    return Claim(
        cluster=cluster,
        namespace="shop",
        name=name,
        uid=f"uid-{cluster}-{number}",
        phase="Bound",
        requested="4Gi",
        requested_bytes=4 * 2**30,
        storage_class="gp3",
        access_modes=("ReadWriteOnce",),
        volume_mode="Filesystem",
        volume=volume,
        labels={},
    )


def _failed(bodies: Sequence[str], work: Callable[[str], object]) -> list[int]:
    """The places of those that raised one of our errors, as a partial batch response names them."""
    failed = []
    for place, body in enumerate(bodies):
        try:
            work(body)
        except SnapkeepError:
            failed.append(place)
    return failed


def _nonces() -> Iterator[str]:
    """The same texts in every simulation."""
    return (f"{number:016x}" for number in itertools.count())
