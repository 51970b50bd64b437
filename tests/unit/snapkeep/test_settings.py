"""Settings: written by infra, read by handlers, spelled once."""

from __future__ import annotations

from dataclasses import fields

import pytest

from snapkeep.settings import (
    PlanBackupSettings,
    PruneSettings,
    ReconcileSettings,
    RecordCompletionSettings,
    Settings,
    SettingsError,
    TakeSnapshotsSettings,
)

ALL = [
    PlanBackupSettings,
    PruneSettings,
    ReconcileSettings,
    RecordCompletionSettings,
    TakeSnapshotsSettings,
]


@pytest.mark.parametrize("kind", ALL)
def test_what_infra_writes_the_handler_reads(kind: type[Settings]) -> None:
    settings = kind(**{field.name: f"the {field.name}" for field in fields(kind)})
    environment = settings.to_environment() | {"AWS_REGION": "ap-northeast-2"}
    assert kind.from_environment(environment) == settings


def test_names_in_the_environment_carry_our_prefix() -> None:
    settings = PruneSettings(journal_table="journal", event_bus="bus")
    assert settings.to_environment() == {"SNAPKEEP_JOURNAL_TABLE": "journal", "SNAPKEEP_EVENT_BUS": "bus"}


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        PlanBackupSettings.from_environment({"SNAPKEEP_EVENT_BUS": "bus"})
    assert str(refused.value) == (
        "PlanBackupSettings: set SNAPKEEP_JOBS_QUEUE_URL, SNAPKEEP_JOURNAL_TABLE, "
        "SNAPKEEP_PLAN_BACKUP_FUNCTION, SNAPKEEP_SAVE_OBJECTS_FUNCTION in the environment"
    )
