"""Each function's environment: names and ARNs only, defined once.

`infra` writes `PlanBackupSettings(...).to_environment()` and the handler reads
`PlanBackupSettings.from_environment(os.environ)`, so the two sides cannot spell a name differently.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

PREFIX = "SNAPKEEP_"


class SettingsError(Exception):
    """A function's environment lacks settings; the text names all of them."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base class for one function's settings; every field is text, so that CDK tokens fit."""

    function: ClassVar[str]
    """The function whose settings they are, by its name in `lambdas/`."""

    def to_environment(self) -> dict[str, str]:
        """The environment variables that carry these settings."""
        return {PREFIX + field.name.upper(): getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings in an environment; raises SettingsError naming every missing variable."""
        names = {field.name: PREFIX + field.name.upper() for field in dataclasses.fields(cls)}
        missing = [variable for variable in names.values() if variable not in environment]
        if missing:
            raise SettingsError(f"{cls.__name__}: set {', '.join(sorted(missing))} in the environment")
        return cls(**{name: environment[variable] for name, variable in names.items()})


@dataclass(frozen=True, kw_only=True)
class PlanBackupSettings(Settings):
    """plan_backup: lists claims and sends jobs. `save_objects_function` is there only if a policy saves
    objects."""

    function = "plan_backup"
    journal_table: str
    jobs_queue_url: str
    event_bus: str
    plan_backup_function: str
    save_objects_function: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeSnapshotsSettings(Settings):
    """take_snapshots: creates recovery points, paced."""

    function = "take_snapshots"
    journal_table: str
    jobs_queue_url: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class RecordCompletionSettings(Settings):
    """record_completion: marks points ready or failed."""

    function = "record_completion"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class ReconcileSettings(Settings):
    """reconcile: heals lost events, stuck points and missed slots."""

    function = "reconcile"
    journal_table: str
    jobs_queue_url: str
    event_bus: str
    plan_backup_function: str


@dataclass(frozen=True, kw_only=True)
class FinishRestoresSettings(Settings):
    """finish_restores: brings restores to their end."""

    function = "finish_restores"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class RestoreFileSystemsSettings(Settings):
    """restore_file_systems: has AWS Backup restore folders of EFS, by jobs that run with `backup_role`."""

    function = "restore_file_systems"
    journal_table: str
    event_bus: str
    backup_role: str


@dataclass(frozen=True, kw_only=True)
class PruneSettings(Settings):
    """prune: deletes what retention does not keep, and checks again."""

    function = "prune"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class CheckPointsSettings(Settings):
    """check_points: looks into new points."""

    function = "check_points"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class SaveObjectsSettings(Settings):
    """save_objects: saves the Kubernetes objects beside runs."""

    function = "save_objects"
    journal_table: str
    event_bus: str
    objects_bucket: str


@dataclass(frozen=True, kw_only=True)
class BackUpFileSystemsSettings(Settings):
    """back_up_file_systems: has AWS Backup back up EFS file systems.

    Its jobs run with `backup_role` and put their recovery points into `backup_vault`; `file_systems` is the
    ARN of a file system without its id.
    """

    function = "back_up_file_systems"
    journal_table: str
    event_bus: str
    backup_vault: str
    backup_role: str
    file_systems: str


@dataclass(frozen=True, kw_only=True)
class ArchivePointsSettings(Settings):
    """archive_points: moves points to the archive tier."""

    function = "archive_points"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class ReadFilesSettings(Settings):
    """read_files: reads files out of points."""

    function = "read_files"
    journal_table: str
    reports_bucket: str


@dataclass(frozen=True, kw_only=True)
class CopyPointsSettings(Settings):
    """copy_points: copies recovery points to places."""

    function = "copy_points"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class PullCopiesSettings(Settings):
    """pull_copies: copies into a vault what its sources share."""

    function = "pull_copies"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class PruneCopiesSettings(Settings):
    """prune_copies: deletes copies that retention does not keep, and checks again."""

    function = "prune_copies"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class PruneFileSystemsSettings(Settings):
    """prune_file_systems: deletes recovery points in `backup_vault` that retention does not keep."""

    function = "prune_file_systems"
    journal_table: str
    event_bus: str
    backup_vault: str


@dataclass(frozen=True, kw_only=True)
class LendCopiesSettings(Settings):
    """lend_copies: lends a vault's copies, and ends loans."""

    function = "lend_copies"
    journal_table: str
    event_bus: str


@dataclass(frozen=True, kw_only=True)
class ApiSettings(Settings):
    """api: serves people and programs. A vault has fewer functions to ask."""

    function = "api"
    journal_table: str
    event_bus: str
    reports_bucket: str
    plan_backup_function: str = ""
    prune_function: str = ""
    try_config_function: str = ""
    prune_copies_function: str = ""
    prune_file_systems_function: str = ""
    lend_copies_function: str = ""
    objects_bucket: str = ""
    read_files_function: str = ""
    backup_vault: str = ""
    restore_file_systems_function: str = ""


@dataclass(frozen=True, kw_only=True)
class WriteReportSettings(Settings):
    """write_report: writes each cluster's report page."""

    function = "write_report"
    journal_table: str
    reports_bucket: str


@dataclass(frozen=True, kw_only=True)
class TryConfigSettings(Settings):
    """try_config: says what other policies would do."""

    function = "try_config"

    journal_table: str


@dataclass(frozen=True, kw_only=True)
class HandleInterruptionSettings(Settings):
    """handle_interruption: cordons nodes that are about to die, and tracks their incidents."""

    function = "handle_interruption"
    journal_table: str
    event_bus: str
    save_queue_url: str
    release_queue_url: str


@dataclass(frozen=True, kw_only=True)
class SaveNodeSettings(Settings):
    """save_node: snapshots and drains a node that is about to die."""

    function = "save_node"
    journal_table: str
    event_bus: str
    jobs_queue_url: str
    save_queue_url: str


@dataclass(frozen=True, kw_only=True)
class ReleaseVolumesSettings(Settings):
    """release_volumes: takes volumes off machines that are gone."""

    function = "release_volumes"
    journal_table: str
    event_bus: str
    release_queue_url: str
