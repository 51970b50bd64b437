"""back_up_file_systems: slots begin backups, and ticks and events of AWS Backup bring them to their end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.back_up_file_systems.handler import handle
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.settings import BackUpFileSystemsSettings
from snapkeep.wiring import aws
from tests.fakes.efs import on_efs
from tests.unit.lambdas.conftest import Context, Load
from tests.unit.snapkeep.services.efs.efs_world import FS, EfsWorld


@pytest.fixture
def efs(monkeypatch: pytest.MonkeyPatch) -> EfsWorld:
    """Two clusters with a claim each on one file system, and the handler wired to them."""
    world = EfsWorld(clusters=("myeks", "second"))
    world.has(on_efs("one", FS))
    world.has(on_efs("two", FS, cluster="second"), cluster="second")
    monkeypatch.setattr(aws, "ports", lambda _: world.ports())
    names = dict.fromkeys(("journal_table", "event_bus", "backup_vault", "backup_role", "file_systems"), "x")
    for variable, value in BackUpFileSystemsSettings(**names).to_environment().items():
        monkeypatch.setenv(variable, value)
    return world


def test_a_slot_begins_one_backup_for_all_clusters(efs: EfsWorld, sample: Load) -> None:
    report = handle(sample("back_up_file_systems/slot"), Context())

    (backup,) = efs.records()
    assert report["begun"] == [backup.id]
    assert backup.clusters == ("myeks", "second")
    handle(sample("back_up_file_systems/slot"), Context())
    assert len(efs.backup.jobs) == 1


@pytest.mark.parametrize("case", ["tick", "completed", "failed", "created"])
def test_anything_else_lets_backups_be_followed(efs: EfsWorld, sample: Load, case: str) -> None:
    handle(sample("back_up_file_systems/slot"), Context())
    efs.backup.end("job-1", size_bytes=1024)

    report = handle(sample(f"back_up_file_systems/{case}"), Context())

    (backup,) = efs.records()
    assert report["ready"] == [backup.id]
    assert backup.state is PointState.READY


def test_a_time_that_is_no_slot_is_refused_and_published(efs: EfsWorld, sample: Load) -> None:
    slot = sample("back_up_file_systems/slot") | {"scheduledTime": "2026-11-24T17:59:00Z"}

    report = handle(slot, Context())

    assert "is not due then" in report["refused"]
    assert "of back_up_file_systems" in report["refused"]
    assert efs.records() == []
    assert [each.policy for each in efs.announcer.refused] == ["shared"]


def test_a_slot_of_a_policy_of_volumes_is_refused_in_words(efs: EfsWorld, sample: Load) -> None:
    volumes = replace(efs.deployment.policies[0], name="daily", method=Method.EBS)
    efs.deployment = replace(efs.deployment, policies=(*efs.deployment.policies, volumes))

    with pytest.raises(PermanentError, match="no policy 'daily' of method aws-backup"):
        handle(sample("back_up_file_systems/slot") | {"policy": "daily"}, Context())
