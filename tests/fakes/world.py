"""A whole backup service built on fakes, so that a test reads as a short story.

`World.backup()` plans a slot; `work()` runs the queue's jobs as SQS would deliver them;
`finish_snapshots()` completes EC2's snapshots and delivers the events; `wait(minutes=…)` moves the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.backup.jobs import Job
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.claims import Claim, Volume, VolumeKind
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import (
    USUAL_NAME,
    Cluster,
    Deployment,
    Method,
    Pace,
    Policy,
    Schedule,
    Selection,
)
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.inbound.api.actions import Actions
from snapkeep.services.backup.healing.reconcile import ReconcileReport
from snapkeep.services.backup.taking.take import JobReport
from snapkeep.services.retention.deletion.duplicates import Pruned, PruneDuplicates
from snapkeep.services.retention.report import ClusterReport
from snapkeep.services.retention.snapshot_objects import open_objects
from snapkeep.wiring import api, backup, report, restore, retention
from snapkeep.wiring.ports import Ports
from tests.fakes.clock import FixedCalendar, TestClock
from tests.fakes.cluster import FakeCluster, FakeClusters
from tests.fakes.copies import FakeRegions
from tests.fakes.faults import Crash
from tests.fakes.journal import MemoryJournal, wrapped
from tests.fakes.keys import FakeKeys
from tests.fakes.messaging import FakeAnnouncer, FakePacer, FakeQueue, FakeStarter
from tests.fakes.pages import MemoryPages
from tests.fakes.ports import some_ports
from tests.fakes.snapshots import FakeSnapshots
from tests.fakes.tiers import FakeTiers
from tests.fakes.world_pruner import WorldPruner, WorldTrier
from tests.fakes.world_reads import SLOT, WorldReads
from tests.fakes.world_reads import names as names

GIB = 2**30


def a_policy(name: str = "nightly", **changes: Any) -> Policy:
    """A policy that backs up every claim in myeks through `ebs`, daily, except for the changes."""
    given: dict[str, Any] = {
        "name": name,
        "clusters": ("myeks",),
        "selection": Selection(),
        "schedule": Schedule("cron(0 18 * * ? *)"),
        "method": Method.EBS,
        "retention": {"last": 3},
    }
    return Policy(**(given | changes))


def a_claim(
    name: str, *, namespace: str = "shop", labels: dict[str, str] | None = None, **changes: Any
) -> Claim:
    """A bound claim of 4Gi on the EBS volume `vol-<name>`."""
    given: dict[str, Any] = {
        "cluster": "myeks",
        "namespace": namespace,
        "name": name,
        "uid": f"uid-{namespace}-{name}",
        "phase": "Bound",
        "requested": "4Gi",
        "requested_bytes": 4 * GIB,
        "storage_class": "gp3",
        "access_modes": ("ReadWriteOnce",),
        "volume_mode": "Filesystem",
        "volume": Volume(f"pv-{name}", VolumeKind.EBS_CSI, "ebs.csi.aws.com", f"vol-{name}", "xfs", "a"),
        "labels": labels or {},
    }
    return Claim(**(given | changes))


def on_one_volume(*names: str, **changes: Any) -> list[Claim]:
    """Claims with these names whose PersistentVolumes all name the first one's EBS volume."""
    claims, handle = [a_claim(name, **changes) for name in names], f"vol-{names[0]}"
    return [replace(item, volume=replace(item.volume, handle=handle)) for item in claims if item.volume]


class World(WorldReads):
    """One cluster, one policy, and every service over fakes; `wrap` may put a proxy around each port.

    It shows the deployment with that name, which shares account and cluster with the one `beside` it.
    """

    def __init__(
        self,
        *claims: Claim,
        policy: Policy | None = None,
        lag: timedelta = timedelta(),
        pace: Pace | None = None,
        wrap: Callable[[Any], Any] = lambda port: port,
        name: str = USUAL_NAME,
        beside: World | None = None,
        journal: MemoryJournal | None = None,
    ) -> None:
        self.clock = beside.clock if beside else TestClock(SLOT)
        self.policy = policy or a_policy()
        self.deployment = Deployment(
            (Cluster("myeks", "ap-northeast-2"),), (self.policy,), pace=pace or Pace(), name=name
        )
        self.ebs = beside.ebs if beside else FakeSnapshots(self.clock, lag)
        self.tiers = beside.tiers if beside else FakeTiers(self.ebs)
        self.regions = FakeRegions(self.ebs, name, self.deployment.clusters[0].region)
        self.cluster = beside.cluster if beside else FakeCluster("myeks", claims)
        self.clusters = FakeClusters(self.cluster)
        self.journal = journal or MemoryJournal()
        self.queue = FakeQueue()
        self.keys, self.pacer = FakeKeys(), FakePacer(pace)
        self.announcer, self.starter = FakeAnnouncer(), FakeStarter()
        self.pages = MemoryPages(self.clock)
        self.calendar = FixedCalendar()
        self._owners, self._nonces = count(), count()
        schedule, retention = self.policy.schedule, dict(self.policy.retention)
        known = RetentionVersion(retention, schedule.timezone, SLOT - timedelta(days=365))
        self.journal.retentions.write_retention_history("myeks", self.policy.name, [known])
        for claim in claims:
            if claim.volume and claim.volume.kind.is_ebs:
                self.ebs.add_volume(claim.volume.handle)
        self._build(wrap)

    def nonce(self) -> str:
        """A new text on each call, like a random one."""
        return f"{next(self._nonces):016x}"

    def ports(self, wrap: Callable[[Any], Any] = lambda port: port) -> Ports:
        """The ports of this world's services; `wrap` may put a proxy around each port."""
        everybodys, announcer = wrap(self.ebs), wrap(self.announcer)
        return some_ports(
            deployment=self.deployment,
            clusters=wrap(self.clusters),
            snapshots=wrap(self.ebs.of(self.deployment.name)),
            everybodys_snapshots=everybodys,
            tiers=wrap(self.tiers),
            regions=self.regions,
            volumes=everybodys,
            keys=self.keys,
            pacer=wrap(self.pacer),
            journal=wrapped(self.journal, wrap),
            jobs=wrap(self.queue),
            starter=wrap(self.starter),
            pruner=WorldPruner(self),
            trier=WorldTrier(self),
            announcer=announcer,
            retention_news=announcer,
            changes=announcer,
            check_news=announcer,
            work_news=announcer,
            pages=wrap(self.pages),
            calendar=self.calendar,
            clock=self.clock,
            nonce=self.nonce,
            pause=self.pause,
        )

    def _build(self, wrap: Callable[[Any], Any]) -> None:
        self.pauses: list[timedelta] = []
        self.during_pause: Callable[[], None] = lambda: None
        ports = self.ports(wrap)
        self.slot_check = backup.check_slot(replace(ports, calendar=CronCalendar()))
        self.plan_backup = backup.plan_backup(ports)
        self.take_snapshots = backup.take_snapshots(ports)
        self.complete_points = backup.complete_points(ports)
        self.reconciler = backup.reconcile(replace(ports, starter=self.starter))
        self.pruner = retention.prune(ports)
        self.sweeper = retention.sweep_orphans(replace(ports, pause=self.pauses.append))
        self.finisher = restore.finish_restores(ports)
        self.holds = self.finisher.holds
        self.restore = self.finisher.restore
        unwrapped_pages = replace(ports, pages=self.pages)
        self.reporter = report.write_report(unwrapped_pages)
        self.gatherer = report.gather_report(unwrapped_pages)
        self.request_backup = api.request_backup(ports)

    def deployed(self, deployment: Deployment) -> Ports:
        """The ports of functions that were deployed with another config."""
        return replace(self.ports(), deployment=deployment)

    def actions(self, wrap: Callable[[Any], Any] = lambda port: port) -> Actions:
        """The API's actions in this world; `wrap` may put a proxy around each port."""
        return api.actions(self.ports(wrap))

    def owner(self) -> str:
        """A new invocation's name."""
        return f"invocation-{next(self._owners)}"

    def backup(self, slot: datetime = SLOT) -> Run | None:
        """Plan the slot."""
        return self.plan_backup.run("myeks", self.policy.name, slot, self.owner())

    def work(self) -> list[JobReport]:
        """Deliver every job now in the queue; a job whose function dies is delivered again."""
        reports = []
        for job in self.queue.receive():
            try:
                reports.append(self.take_snapshots.run(job, self.owner()))
            except Crash:
                self.queue.sent.append((job, timedelta()))
        return reports

    def deliver(self, job: Job) -> JobReport:
        """Deliver one job."""
        return self.take_snapshots.run(job, self.owner())

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.clock.forward(**duration)

    def finish_snapshots(self, *, events: bool = True) -> None:
        """Let the driver and EC2 do their part, and deliver the completion events unless they are lost."""
        self.cluster.run_driver(self.ebs)
        pending = [snapshot.id for snapshot in self.ebs.all.values() if snapshot.state == "pending"]
        self.ebs.complete()
        self.cluster.mark_ready()
        for snapshot_id in pending if events else []:
            self.event(snapshot_id)

    def event(self, snapshot_id: str) -> None:
        """Deliver one completion event; while EC2 lags it is delivered again later, or reconcile finds it."""
        try:
            self.complete_points.on_event(snapshot_id, finished=True)
        except (TemporaryError, Crash):
            return

    def pause(self, duration: timedelta) -> None:
        """Let a service wait; `during_pause` happens meanwhile."""
        self.pauses.append(duration)
        self.clock.forward(seconds=duration.total_seconds())
        self.during_pause()

    def reconcile(self) -> ReconcileReport:
        """Run reconcile once; retry if the function dies."""
        while True:
            try:
                return self.reconciler.run()
            except Crash:
                continue

    def prune_twins(self) -> list[Pruned]:
        """Prune duplicates once."""
        objects = open_objects(self.clusters, "myeks")
        return PruneDuplicates(self.ebs.of(self.deployment.name), objects, self.pause, self.clock).run(
            "myeks"
        )

    def prune(self, *, owner: str = "prune", **request: Any) -> ClusterReport:
        """Run prune once for the cluster; if it dies, retry under the same name, as Lambda does."""
        (report,) = self.pruner.run(owner, PruneRequest(**request))
        return report

    def token(self) -> str:
        """The token from the brake's newest refusal, as a dry run shows it; "" if there is none."""
        refusals = self.prune(dry_run=True).refusals
        return refusals[-1].token if refusals else ""

    def back_up(self, slot: datetime) -> None:
        """Take a slot to its end at its time: planned, created, completed."""
        self.clock.now = slot
        self.backup(slot)
        self.work()
        self.finish_snapshots()

    def run_until_closed(self, *, hours: float = 8) -> Run:
        """Let time pass in steps of a minute, everything working as deployed, until the run is closed."""
        for minute in range(int(hours * 60)):
            self.work()
            self.finish_snapshots()
            if minute % 15 == 14:
                self.reconcile()
                for started in self.starter.started:
                    with suppress(Crash):
                        self.backup(started[2])
                self.starter.started.clear()
            run = self.the_run()
            if run and run.state.is_final and run.announced and not self.queue.sent:
                return run
            self.wait(minutes=1)
        raise AssertionError(f"the run is still open: {self.the_run()}, points {self.points()}")
