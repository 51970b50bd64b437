"""A deployment with a policy for EFS, and everything that it talks to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.claims import Claim
from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.policies import Cluster, Deployment, Method
from snapkeep.ports.efs import AccessPoint
from snapkeep.services.efs.back_up import BackUpFileSystems, EfsReport
from snapkeep.services.efs.claims_on_efs import ClaimsOnEfs
from snapkeep.services.efs.follow import FollowBackups, FollowReport
from snapkeep.wiring.ports import Ports
from tests.fakes.backup_vault import FakeBackup
from tests.fakes.clock import TestClock
from tests.fakes.cluster import FakeCluster, FakeClusters
from tests.fakes.efs import FakeAccessPoints
from tests.fakes.faults import Crash
from tests.fakes.journal import MemoryJournal
from tests.fakes.messaging import FakeAnnouncer
from tests.fakes.ports import some_ports
from tests.fakes.world import a_policy

FS, OTHER_FS = "fs-01234567", "fs-89abcdef"
SLOT = datetime.fromisoformat("2026-11-24T18:00:00+00:00")


class EfsWorld:
    """One account with two file systems and clusters; the policy `shared` takes every claim on EFS."""

    def __init__(self, *points: AccessPoint, clusters: tuple[str, ...] = ("myeks",)) -> None:
        self.clock = TestClock(SLOT)
        self.journal = MemoryJournal()
        self.backup = FakeBackup(self.clock, {FS, OTHER_FS})
        self.access_points = FakeAccessPoints(*points)
        self.clusters = FakeClusters(*map(FakeCluster, clusters))
        policy = replace(a_policy("shared"), method=Method.AWS_BACKUP, clusters=clusters)
        self.deployment = Deployment(
            clusters=tuple(Cluster(name, "ap-northeast-2") for name in clusters), policies=(policy,)
        )
        self.announcer = FakeAnnouncer()
        self.follower = FollowBackups(self.backup, self.journal.efs_backups, self.clock)

    def ports(self) -> Ports:
        """The ports of the function."""
        return some_ports(
            deployment=self.deployment,
            clusters=self.clusters,
            access_points=self.access_points,
            backup_jobs=self.backup,
            journal=self.journal,
            announcer=self.announcer,
            calendar=CronCalendar(),
            clock=self.clock,
        )

    def has(self, *claims: Claim, cluster: str = "") -> None:
        """Let a cluster (the first by default) have these claims, too."""
        found = self.clusters.clusters
        found[cluster or next(iter(found))].claim_list += claims

    def goes_silent(self) -> None:
        """Let no cluster answer any more."""
        self.clusters.unreachable |= set(self.clusters.clusters)

    def back_up(self, slot: datetime = SLOT, policy: str = "shared") -> EfsReport:
        """What the function does at a slot; it may crash."""
        with suppress(Crash):
            return self.service().run(policy, slot)
        return EfsReport()

    def service(self) -> BackUpFileSystems:
        """What begins backups in this world."""
        return BackUpFileSystems(
            self.deployment,
            self.clusters,
            ClaimsOnEfs(self.access_points),
            self.journal.efs_backups,
            self.follower,
            self.clock,
        )

    def follow(self) -> FollowReport:
        """What the function does every 15 minutes."""
        return self.follower.run()

    def crash_after(self, step: str) -> None:
        """Let the function die right after a call took effect."""
        (self.backup if step == "start" else self.journal).crash_after(step)

    def end_jobs(self, trouble: str = "") -> None:
        """Let the running jobs end, well or with a trouble, and settle them."""
        for job in list(self.backup.jobs.values()):
            if job.state is JobState.RUNNING:
                self.backup.end(job.id, trouble, 1024)
        self.follow()

    def records(self) -> list[EfsBackup]:
        """All backups in the journal, by slot and file system."""
        return sorted(self.journal.efs_backups.all.values(), key=lambda one: (one.slot, one.file_system))
