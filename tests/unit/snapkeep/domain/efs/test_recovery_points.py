"""What the tags of a recovery point of a file system say, and when they cannot be believed."""

from __future__ import annotations

from datetime import datetime

import pytest

from snapkeep.domain.efs.backups import EfsBackup, tags_of
from snapkeep.domain.efs.jobs import Stored, StoredState
from snapkeep.domain.efs.recovery_points import EfsPoint, as_snapshot, read_point
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.snapshot_tags import Unreadable

SLOT = datetime.fromisoformat("2026-11-24T18:00:00+00:00")
BACKUP = EfsBackup("fs-01234567", "shared", SLOT, "snapkeep", (), SLOT)
POINT = Stored("arn:1", "fs-01234567", StoredState.READY, SLOT, 7, tags_of(BACKUP))


def test_a_point_is_a_snapshot_of_its_file_system() -> None:
    found = as_snapshot(POINT)

    assert (found.id, found.volume_id, found.started_at, found.size_bytes) == (
        "arn:1",
        "fs-01234567",
        SLOT,
        7,
    )
    assert found.state is SnapshotState.COMPLETED
    assert read_point(found, "snapkeep") == EfsPoint(BACKUP.id, "shared")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"snapkeep:managed": "copy"}, "it has no tags of Snapkeep"),
        ({"snapkeep:deployment": "blue"}, "it belongs to the deployment blue"),
        ({"snapkeep:policy": "weekly"}, "its tags contradict each other"),
        ({"snapkeep:slot": "20261125T180000Z"}, "its tags contradict each other"),
        ({"snapkeep:slot": "yesterday"}, "do not name a backup"),
        ({"snapkeep:policy": ""}, "do not name a backup"),
        ({"snapkeep:point": "fs-89abcdef-20261124t180000z-0"}, "its tags contradict each other"),
    ],
)
def test_tags_that_were_edited_say_nothing(changed: dict[str, str], reason: str) -> None:
    snapshot = as_snapshot(POINT)
    snapshot.tags.update(changed)

    read = read_point(snapshot, "snapkeep")

    assert isinstance(read, Unreadable) and reason in read.reason
    assert dict(POINT.tags) == tags_of(BACKUP)
