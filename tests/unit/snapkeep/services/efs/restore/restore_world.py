"""A claim on EFS that is backed up, and everything that its restore needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapkeep.domain.claims import Claim
from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.efs.restore.operations import EfsRestore
from snapkeep.domain.efs.restore.plans import EfsPlan
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.ports.efs import AccessPoint
from snapkeep.ports.efs_restores import FileSystem
from snapkeep.services.efs.restore.follow import FUNCTION, PATIENCE, EfsRestoreReport, FollowEfsRestores
from snapkeep.services.efs.restore.plan import PlanEfsRestore
from snapkeep.services.efs.restore.requests import RequestEfsRestore
from snapkeep.services.give_up import GiveUp
from tests.fakes.backup_restores import FakeRestores
from tests.fakes.efs import on_efs
from tests.fakes.messaging import FakeAnnouncer
from tests.unit.snapkeep.services.efs.efs_world import FS, SLOT, EfsWorld

AP = "fsap-01234567"
DIRECTORY = "aws-backup-restore_2026-11-24T18-20-00-000Z"
CALLER = "arn:aws:iam::111122223333:user/ann"


class RestoreWorld(EfsWorld):
    """The claim web/shared is the folder /web of a file system, by an access point; one backup is ready."""

    def __init__(self, *more: Claim) -> None:
        super().__init__(AccessPoint(AP, FS, "/web", "1000:1001"), clusters=("myeks", "spare"))
        self.access_points.file_systems[FS] = FileSystem(FS, True, 2, 2**30)
        self.jobs = FakeRestores(self.backup)
        self.asked_to_follow = 0
        self.follower_answers = True
        self.has(on_efs("shared", f"{FS}::{AP}"), *more)
        for cluster in self.clusters.clusters.values():
            cluster.namespaces = {"web": "Active", "new": "Active"}
        self.backed_up()
        self.planner = PlanEfsRestore(
            self.deployment,
            self.clusters,
            self.journal.efs_backups,
            self.backup,
            self.access_points,
            self.clock,
        )
        self.requests = RequestEfsRestore(self.planner, self.journal.efs_restores, self, self.clock)
        self.news = FakeAnnouncer()
        journal = self.journal
        give_up = GiveUp(journal.troubles, journal.unreadable, self.news, self.clock, FUNCTION, PATIENCE)
        self.restores = FollowEfsRestores(
            self.jobs, self.access_points, journal.efs_restores, give_up, "snapkeep", self.clock
        )

    def backed_up(self, **later: int) -> EfsBackup:
        """Take a backup some time later, which becomes ready."""
        self.clock.forward(**later)
        before = {each.id for each in self.records()}
        self.back_up(self.clock())
        self.clock.forward(minutes=20)
        self.end_jobs()
        return next(each for each in self.records() if each.id not in before)

    def follow_restores(self) -> None:
        """The RestoreFollower port: counts, and does nothing."""
        self.asked_to_follow += 1
        if not self.follower_answers:
            raise TemporaryError("Lambda did not answer")

    def ask(self, **changes: Any) -> RestoreRequest:
        """The restore of web/shared into new/shared."""
        known = RestoreRequest("myeks", "new", "shared", claim="shared", source_namespace="web")
        return replace(known, **changes)

    def plan(self, **changes: Any) -> EfsPlan:
        """The plan of a request that continues nothing."""
        found = self.requests.plan(self.ask(**changes))
        assert isinstance(found, EfsPlan)
        return found

    def start(self, name: str = "0123456789abcdef", **changes: Any) -> EfsRestore:
        """Start a restore."""
        return self.requests.start(self.plan(**changes), name, CALLER)

    def go_on(self) -> EfsRestoreReport:
        """What the function does."""
        return self.restores.run()

    def restored(self, **changes: Any) -> EfsRestore:
        """A restore whose job has completed."""
        restore = self.start(**changes)
        self.go_on()
        self.clock.forward(minutes=30)
        self.jobs.end()
        self.go_on()
        return self.now(restore)

    def now(self, restore: EfsRestore) -> EfsRestore:
        """A restore as the journal has it."""
        return self.journal.efs_restores.all[restore.id]


__all__ = ["AP", "CALLER", "DIRECTORY", "FS", "SLOT", "RestoreWorld"]
