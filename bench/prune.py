"""How long a whole prune takes, from the listing to the last deletion, and how much memory.

EC2, the cluster and the journal answer instantly: the figures are Snapkeep's own work (reading tags,
planning, the brake, the report, the steps of every deletion). The listing creates its snapshots one by one,
as EC2's pages do; creating them is measured separately and subtracted.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

from bench.figures import Figure
from bench.retention import peak_mib
from snapkeep.domain import tags
from snapkeep.domain.backup.runs import Run, run_id
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import ClaimFacts, Point, Snapshot, SnapshotState
from snapkeep.domain.policies import Cluster, Deployment, Method, Policy, Schedule, Selection
from snapkeep.domain.retention.deletion.deletions import LastPrune, Leftover, SnapshotContent
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.journal import Journal
from snapkeep.ports.kubernetes import VolumeSnapshot
from snapkeep.services.retention.prune import Prune
from snapkeep.wiring import retention
from tests.fakes import FakeAnnouncer, FakeCluster, FakeClusters, FakeSnapshots, MemoryJournal
from tests.fakes.ports import some_ports

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
NEWEST = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
EVERY = timedelta(hours=6)
CLUSTER, POLICY = "bench", "six-hourly"
RETENTIONS = {
    "steady": {"last": 99},
    "first": {"last": 28, "daily": 14, "weekly": 8, "monthly": 12},
}
"""In a steady state each claim loses one point for its new one; the first prune of an old cluster, which
somebody confirmed, releases about half of all points and deletes as many as one prune may."""

CPU_ALLOWED = 10.0
MIB_ALLOWED = 512
"""CPU seconds for 100,000 points, and the memory of the function."""


class Ec2(FakeSnapshots):
    """Snapshots that are created when listed: a point's id contains its claim and position."""

    def __init__(self, claims: int, points: int) -> None:
        super().__init__()
        self.claims, self.points = claims, points
        self.gone: set[str] = set()

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        """All of them, newest slots last; there are no duplicates."""
        if "snapkeep:duplicate" in tags:
            return
        for place in reversed(range(self.points)):
            for number in range(self.claims):
                yield a_snapshot(number, place)

    def get(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot of that id, created again."""
        if snapshot_id in self.gone:
            return None
        return a_snapshot(int(snapshot_id[5:13], 16), int(snapshot_id[13:], 16))

    def delete(self, snapshot_id: str) -> None:
        """Remember that it is gone."""
        self.gone.add(snapshot_id)


class Kubernetes(FakeCluster):
    """A VolumeSnapshot and a content for every point, created on demand."""

    def __init__(self, ec2: Ec2) -> None:
        super().__init__(CLUSTER)
        self.ec2 = ec2
        self.removed: set[str] = set()

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        """All contents."""
        for snapshot in self.ec2.find({}):
            point = snapshot.tags[tags.POINT]
            yield SnapshotContent(f"snapcontent-{snapshot.id}", snapshot.id, "Retain", "bench", point)

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        """The VolumeSnapshot of that name."""
        return None if name in self.removed else VolumeSnapshot(name, namespace, bound=True, ready=True)

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        """Remember that it is gone."""
        self.removed.add(name)

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        """Remember that it is gone."""
        self.removed.add(name)

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        """Nothing holds it."""
        return None

    def snapshot_content_left(self, name: str) -> Leftover | None:
        """Nothing holds it."""
        return None


def a_snapshot(number: int, place: int) -> Snapshot:
    """The completed snapshot of a claim (number), this many slots (place) before the newest."""
    slot = NEWEST - EVERY * place
    claim = ClaimFacts(
        CLUSTER,
        "bench",
        f"data-{number}",
        f"uid-{number}",
        "20Gi",
        "gp3",
        ("ReadWriteOnce",),
        "Filesystem",
        "",
    )
    name = point_id(claim.name, CLUSTER, claim.uid, POLICY, slot)
    run = run_id(CLUSTER, POLICY, slot)
    point = Point(name, run, POLICY, slot, claim, f"vol-{number}", Method.CSI, slot, name)
    return Snapshot(
        id=f"snap-{number:08x}{place:09x}",
        volume_id=point.volume_id,
        state=SnapshotState.COMPLETED,
        started_at=slot,
        size_bytes=20 * 2**30,
        tags=tags.full_tags(point),
    )


def journal_since_last_prune(journal: Journal) -> None:
    """Journal the last prune and the run of the newest points. A journal without their run would look like an
    old copy, and prune would spare everything.
    """
    journal.prunes.write_last_prune(LastPrune(CLUSTER, NOW - EVERY))
    run = Run(run_id(CLUSTER, POLICY, NEWEST), CLUSTER, POLICY, NEWEST, NEWEST)
    journal.runs.open_run(run, "bench", NEWEST, NEWEST)


def seen_long_ago(policy: Policy) -> RetentionVersion:
    """A retention in force for a long time, so that no grace spares anything."""
    return RetentionVersion(dict(policy.retention), policy.schedule.timezone, NOW - timedelta(days=365))


def a_pruner(policy: Policy, kubernetes: Kubernetes, ec2: Snapshots, journal: Journal, clock: Clock) -> Prune:
    """Prune as it is deployed, with this one policy; it never waits."""
    ports = some_ports(
        deployment=Deployment((Cluster(CLUSTER, "ap-northeast-2"),), (policy,)),
        clusters=FakeClusters(kubernetes),
        snapshots=ec2,
        journal=journal,
        retention_news=FakeAnnouncer(),
        clock=clock,
        pause=lambda duration: None,
    )
    return retention.prune(ports)


def measure(kind: str, claims: int, points: int) -> dict[str, float]:
    """Seconds (CPU and wall) of one prune without its listing, of the listing, and the memory in MiB."""
    policy = Policy(
        name=POLICY,
        clusters=(CLUSTER,),
        selection=Selection(),
        schedule=Schedule("rate(6 hours)"),
        method=Method.CSI,
        retention=RETENTIONS[kind],
    )
    ec2, journal = Ec2(claims, points), MemoryJournal()
    journal.retentions.write_retention_history(CLUSTER, POLICY, [seen_long_ago(policy)])
    if kind == "steady":
        journal_since_last_prune(journal)
    pruner = a_pruner(policy, Kubernetes(ec2), ec2, journal, lambda: NOW)
    listing = time.process_time()
    listed = sum(1 for _ in ec2.find({}))
    listing = time.process_time() - listing
    (rehearsed,) = pruner.run("bench", PruneRequest(dry_run=True)) if kind == "first" else (None,)
    cpu, wall = time.process_time(), time.perf_counter()
    (report,) = pruner.run("bench", PruneRequest(confirm=rehearsed.refusals[0].token if rehearsed else ""))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert listed == claims * points and report.refused == "" and report.counts["deleted"] == len(ec2.gone)
    return {
        "planned": report.counts["delete"],
        "deleted": report.counts["deleted"],
        "prune_cpu_s": round(cpu - 2 * listing, 2),
        "prune_wall_s": round(wall - 2 * listing, 2),
        "listing_cpu_s": round(listing, 2),
        "mib": round(peak_mib()),
    }


def figures() -> Iterator[Figure]:
    """A prune of 100,000 points of 1,000 claims: in a steady state, and the first one of an old cluster."""
    alone = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    with alone as pool:
        for kind in RETENTIONS:
            values = pool.submit(measure, kind, 1_000, 100).result()
            yield Figure(f"100,000 {kind}", values, {"prune_cpu_s": CPU_ALLOWED, "mib": MIB_ALLOWED})
