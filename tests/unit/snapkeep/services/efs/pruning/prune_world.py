"""File systems that are backed up every night, and prune_file_systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from snapkeep.domain.efs.jobs import Stored, StoredState
from snapkeep.domain.efs.restore.operations import EfsStage, accepted
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Schedule
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.inbound.api.actions import Actions
from snapkeep.ports.efs_restores import FileSystem
from snapkeep.services.retention.report import ClusterReport
from snapkeep.wiring import api, recovery_points
from snapkeep.wiring.ports import Ports
from tests.fakes.efs import on_efs
from tests.fakes.faults import Crash
from tests.fakes.messaging import FakeAnnouncer
from tests.fakes.ports import some_ports
from tests.fakes.world_pruner import WorldPruner
from tests.unit.snapkeep.services.efs.efs_world import FS, OTHER_FS, SLOT, EfsWorld


class PruneWorld(EfsWorld):
    """Two file systems with a claim each; the policy `shared` keeps the last three backups."""

    def __init__(self, retention: Mapping[str, int | str] | None = None) -> None:
        super().__init__()
        self.announcer = FakeAnnouncer()
        self.access_points.file_systems = {name: FileSystem(name, True, 1, 0) for name in (FS, OTHER_FS)}
        self.has(on_efs("data", FS), on_efs("other", OTHER_FS))
        (policy,) = self.deployment.policies
        nightly = Schedule("cron(0 18 * * ? *)", "UTC")
        self.configure(replace(policy, schedule=nightly, retention=retention or {"last": 3}))

    def configure(self, *policies: Any) -> None:
        """Deploy these policies."""
        self.deployment = replace(self.deployment, policies=policies)
        self.pruner = recovery_points.prune_file_systems(self.ports())

    def ports(self) -> Ports:
        """The ports of the function, and of the API."""
        return some_ports(
            deployment=self.deployment,
            journal=self.journal,
            backup_vault=self.backup,
            efs_file_systems=self.access_points,
            retention_news=self.announcer,
            work_news=self.announcer,
            changes=self.announcer,
            pruner=WorldPruner(cast(Any, self)),
            clock=self.clock,
            pause=lambda _: None,
        )

    def actions(self, wrap: Callable[[Any], Any] = lambda port: port) -> Actions:
        """The API's actions in this world."""
        return api.actions(self.ports())

    def night(self, *, fails: bool = False, prune: bool = True) -> None:
        """A night: both file systems are backed up, well or not, and the day's prune runs."""
        self.clock.forward(days=1)
        self.back_up(self.clock())
        self.end_jobs("it broke" if fails else "")
        if prune:
            self.prune()

    def nights(self, number: int, *, prune: bool = True) -> None:
        """So many good nights."""
        for _ in range(number):
            self.night(prune=prune)

    def prune(self, **request: Any) -> ClusterReport:
        """Run prune_file_systems; it may crash. AWS Backup has deleted everything a while later."""
        try:
            (report,) = self.pruner.run(f"prune-{self.clock()}", PruneRequest(**request))
        finally:
            self.backup.sweep()
        return report

    def survive(self, **request: Any) -> None:
        """The same, when it may die in between."""
        with suppress(Crash):
            self.prune(**request)

    def points(self, file_system: str = FS) -> list[Stored]:
        """The recovery points of a file system, oldest first."""
        found = (each for each in self.backup.stored.values() if each.file_system == file_system)
        return sorted(found, key=lambda each: each.started_at)

    def good(self, file_system: str = FS) -> list[Stored]:
        """Those that somebody could restore from."""
        return [each for each in self.points(file_system) if each.state is StoredState.READY]

    def forget(self, *arns: str) -> None:
        """Let the journal be an old copy, which does not know these points (all, without a name)."""
        known = self.journal.efs_backups.all
        for name in [name for name, each in known.items() if not arns or each.arn in arns]:
            del known[name]

    def restore(self, stored: Stored, stage: EfsStage = EfsStage.RESTORING) -> None:
        """Let somebody restore from a recovery point."""
        backup = next(each for each in self.records() if each.arn == stored.arn)
        request = RestoreRequest("myeks", "web", "again", claim="data")
        made = accepted(
            backup, backup.claims[0], request, restore_id="r-1", caller="arn:me", now=self.clock()
        )
        self.journal.efs_restores.add_efs_restore(replace(made, stage=stage))

    def put(self, number: int, **changes: Any) -> Stored:
        """Somebody else's recovery point in our vault."""
        arn = f"arn:aws:backup:eu-west-1:111122223333:recovery-point:x{number}"
        made = Stored(arn, FS, StoredState.READY, self.clock())
        self.backup.stored[arn] = replace(made, **changes)
        return self.backup.stored[arn]


def why(report: ClusterReport) -> dict[str, str]:
    """What became of the points (ARNs) that a prune was to delete."""
    return {each.snapshot_id: each.reason for each in report.ended}


__all__ = ["FS", "OTHER_FS", "SLOT", "PruneWorld", "why"]
