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
    from snapkeep.ports.blocks import Blocks
    from snapkeep.ports.files import FileReader, FileStore
    from snapkeep.ports.filesystems import FileSystems
    from snapkeep.ports.tiers import Tiers

SIGNED = CALLS.merge(Config(signature_version="s3v4"))
"""What a presigned URL needs in every Region."""


class PointsDataPorts(ElsewherePorts):
    """The blocks of points, their tiers, the file systems on them, and files read out of them.

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

    def _setting(self, name: str) -> str:
        if name not in {field.name for field in fields(self._settings)}:
            kind = type(self._settings).__name__
            raise SettingsError(f"{self._settings.function} needs the setting {name}: add it to {kind}")
        return str(getattr(self._settings, name))
