"""A world whose claims on EFS are backed up, and restored as fast as somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.efs.jobs import Stored, StoredState
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.ports.efs_restores import FileSystem
from snapkeep.wiring import efs_restores
from snapkeep.wiring.ports import Ports
from tests.fakes.backup_restores import FakeRestores
from tests.fakes.backup_vault import FakeBackup
from tests.fakes.efs import FakeAccessPoints
from tests.fakes.world import SLOT, World, a_policy

FS = "fs-0d1e2f3a4b5c6d7e8"
ARN = "arn:aws:backup:ap-northeast-2:111122223333:recovery-point:1a2b3c4d-0000-0000-0000-000000000000"
DIRECTORY = "aws-backup-restore_2026-11-24T18-00-00-000Z"


class EfsRestoringWorld(World):
    """The claim shop/uploads is the folder /uploads; its file system was backed up at SLOT.

    restore_file_systems runs whenever the API asks, and its jobs complete at once if `fast`.
    """

    def __init__(self, *, fast: bool = True) -> None:
        super().__init__(policy=a_policy("shared", method=Method.AWS_BACKUP))
        self.fast = fast
        self.efs.file_systems[FS] = FileSystem(FS, True, 3, 4096)
        self.cluster.namespaces |= {"shop": "Active", "shop-2": "Active"}
        claim = EfsClaim(
            cluster="myeks",
            namespace="shop",
            name="uploads",
            uid="uid-uploads",
            path="/uploads",
            user="1000:1000",
            requested="5Gi",
            storage_class="efs-sc",
            access_modes=("ReadWriteMany",),
        )
        self.backup_of_uploads = self.has_backup(claim)

    @cached_property
    def vault(self) -> FakeBackup:
        """The vault with the recovery points."""
        return FakeBackup(self.clock, {FS})

    @cached_property
    def jobs(self) -> FakeRestores:
        """The restore jobs."""
        return FakeRestores(self.vault)

    @cached_property
    def efs(self) -> FakeAccessPoints:
        """The file systems and access points."""
        return FakeAccessPoints()

    def has_backup(self, *claims: EfsClaim) -> EfsBackup:
        """A ready backup of the file system at SLOT, with these claims."""
        backup = EfsBackup(FS, "shared", SLOT, "snapkeep", claims, SLOT)
        backup = replace(
            backup,
            job="job",
            arn=ARN,
            state=PointState.READY,
            size_bytes=4096,
            ended_at=SLOT + timedelta(minutes=5),
        )
        self.vault.stored[ARN] = Stored(ARN, FS, StoredState.READY, SLOT)
        return self.journal.efs_backups.open_backup(backup)

    def ports(self, wrap: Callable[[Any], Any] = lambda port: port) -> Ports:
        """With those about EFS."""
        return replace(
            super().ports(wrap),
            backup_vault=wrap(self.vault),
            restore_jobs=self.jobs,
            efs_file_systems=wrap(self.efs),
            access_point_maker=self.efs,
            restore_follower=self,
        )

    def follow_restores(self) -> None:
        """The RestoreFollower port: the function runs, and its jobs end if they are fast."""
        follower = efs_restores.follow_efs_restores(self.ports())
        follower.run()
        if self.fast:
            self.jobs.end()
            follower.run()
