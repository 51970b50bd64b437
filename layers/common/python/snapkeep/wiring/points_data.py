"""The ports on AWS that read what is in points and where it lies, each built when it is first used."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from botocore.config import Config

from snapkeep.adapters.aws.session import CALLS, CREATES
from snapkeep.lazy import lazy
from snapkeep.settings import Settings, SettingsError
from snapkeep.wiring.basics import clock
from snapkeep.wiring.clients import client
from snapkeep.wiring.elsewhere import ElsewherePorts

if TYPE_CHECKING:
    from snapkeep.adapters.aws.efs import EfsAccessPoints
    from snapkeep.ports.blocks import Blocks
    from snapkeep.ports.efs import AccessPoints
    from snapkeep.ports.efs_restores import AccessPointMaker, EfsFileSystems, RestoreFollower, RestoreJobs
    from snapkeep.ports.files import FileReader, FileStore
    from snapkeep.ports.filesystems import FileSystems
    from snapkeep.ports.tiers import Tiers

SIGNED = CALLS.merge(Config(signature_version="s3v4"))
"""What a presigned URL needs in every Region."""


class PointsDataPorts(ElsewherePorts):
    """The blocks of points, their tiers, the file systems on them, files read out of them, and what EFS has.

    A port raises SettingsError if it needs a setting that the function does not have.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @lazy
    def blocks(self) -> Blocks:
        from snapkeep.adapters.aws.blocks import READS, EbsBlocks

        return EbsBlocks(client("ebs", READS))

    @lazy
    def tiers(self) -> Tiers:
        from snapkeep.adapters.aws.tiers import Ec2Tiers

        return Ec2Tiers(client("ec2"), client("ec2", CREATES))

    @lazy
    def file_systems(self) -> FileSystems:
        from snapkeep.adapters.filesystems import ReadFileSystems

        return ReadFileSystems()

    @lazy
    def files(self) -> FileStore:
        from snapkeep.adapters.aws.s3_files import S3Files

        return S3Files(client("s3", SIGNED), self._setting("reports_bucket"), clock)

    @lazy
    def file_reader(self) -> FileReader:
        from snapkeep.adapters.aws.lambda_reader import LambdaFileReader

        return LambdaFileReader(client("lambda"), self._setting("read_files_function"))

    @lazy
    def restore_jobs(self) -> RestoreJobs:
        from snapkeep.adapters.aws.backup_restores import AwsRestores

        return AwsRestores(client("backup"), self._setting("backup_role"))

    @lazy
    def access_points(self) -> AccessPoints:
        return self._efs

    @lazy
    def efs_file_systems(self) -> EfsFileSystems:
        return self._efs

    @lazy
    def access_point_maker(self) -> AccessPointMaker:
        return self._efs

    @lazy
    def restore_follower(self) -> RestoreFollower:
        from snapkeep.adapters.aws.lambda_restorer import LambdaRestorer

        return LambdaRestorer(client("lambda"), self._setting("restore_file_systems_function"))

    @lazy
    def _efs(self) -> EfsAccessPoints:
        from snapkeep.adapters.aws.efs import EfsAccessPoints

        return EfsAccessPoints(client("efs"))

    def _setting(self, name: str) -> str:
        if name not in {field.name for field in fields(self._settings)}:
            kind = type(self._settings).__name__
            raise SettingsError(f"{self._settings.function} needs the setting {name}: add it to {kind}")
        return str(getattr(self._settings, name))
