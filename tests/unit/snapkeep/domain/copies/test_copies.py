"""Copies and sources are read from tags, which are checked and not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy, CopyState, read_copy, read_source
from snapkeep.domain.copies.tags import COPY_OF, PLACE, SOURCE_VOLUME, TAKEN
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.snapshot_tags import Unreadable
from tests.unit.snapkeep.domain.copies.copy_samples import KEY, a_copy_of, a_source


def test_a_copy_is_as_old_as_its_source_and_of_its_volume() -> None:
    source = a_source()
    found = read_copy(a_copy_of(source))
    assert isinstance(found, Copy)
    assert (found.taken, found.source_volume, found.source_snapshot) == (
        source.started_at.replace(microsecond=0),
        "vol-data",
        source.id,
    )
    assert (found.place, found.policy, found.claim.uid) == ("osaka", "daily", "uid-data")
    assert (found.state, found.is_there, found.key, found.deployment) == (CopyState.READY, True, KEY, "blue")
    assert found.point_id == source.tags[tags.POINT]


@pytest.mark.parametrize(
    ("state", "copy_state", "is_there"),
    [
        (SnapshotState.PENDING, CopyState.PENDING, True),
        (SnapshotState.COMPLETED, CopyState.READY, True),
        (SnapshotState.ERROR, CopyState.FAILED, False),
        (SnapshotState.RECOVERABLE, CopyState.DELETING, False),
        (SnapshotState.RECOVERING, CopyState.DELETING, False),
    ],
)
def test_a_failed_or_binned_copy_is_not_there(
    state: SnapshotState, copy_state: CopyState, is_there: bool
) -> None:
    found = read_copy(a_copy_of(a_source(), state=state, state_message="Given key ID is not accessible"))
    assert isinstance(found, Copy)
    assert (found.state, found.is_there) == (copy_state, is_there)
    assert found.message == "Given key ID is not accessible"


def test_a_second_copy_of_a_point_is_not_there() -> None:
    snapshot = a_copy_of(a_source())
    found = read_copy(replace(snapshot, tags=snapshot.tags | {tags.DUPLICATE: "true"}))
    assert isinstance(found, Copy) and found.duplicate and not found.is_there


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        (TAKEN, "yesterday", "snapkeep:taken (as 20261123T020000Z)"),
        (TAKEN, "", "snapkeep:taken (as 20261123T020000Z)"),
        (TAKEN, "20990101T000000Z", "says 2099-01-01 00:00 UTC, but the copy was started"),
        (TAKEN, "20200101T000000Z", "says 2020-01-01 00:00 UTC, but the point's slot is"),
        (COPY_OF, "", "snapkeep:copy-of"),
        (SOURCE_VOLUME, "", "snapkeep:source-volume"),
        (PLACE, "", "snapkeep:place"),
        (tags.POINT, "", "snapkeep:point"),
        (tags.SIZE, "", "snapkeep:size"),
        (tags.ACCESS_MODES, "", "snapkeep:access-modes"),
        (tags.CLAIM_UID, "uid-of-another", "its tags contradict each other: somebody edited them"),
        (tags.POLICY, "weekly", "its tags contradict each other: somebody edited them"),
        (tags.CLUSTER, "another", "its tags contradict each other: somebody edited them"),
        (tags.SLOT, "{{ now }}", "snapkeep:slot"),
        (tags.NAMESPACE, "", "snapkeep:namespace"),
    ],
)
def test_edited_tags_describe_no_copy(key: str, value: str, told: str) -> None:
    snapshot = a_copy_of(a_source())
    found = read_copy(replace(snapshot, tags=snapshot.tags | {key: value}))
    assert isinstance(found, Unreadable) and told in found.reason


def test_a_ready_point_is_a_source() -> None:
    source = a_source()
    found = read_source(source)
    assert found is not None
    assert (found.point_id, found.snapshot_id) == (source.tags[tags.POINT], source.id)
    assert (found.taken, found.volume_id, found.size_bytes) == (source.started_at, "vol-data", 2**30)
    assert (found.claim.uid, found.policy) == ("uid-data", "daily")


def test_only_a_complete_point_of_ours_in_the_standard_tier_is_a_source() -> None:
    source = a_source()
    others = [
        replace(source, state=SnapshotState.PENDING),
        replace(source, state=SnapshotState.ERROR),
        replace(source, state=SnapshotState.RECOVERABLE),
        replace(source, archived=True),
        a_source(changed={tags.DUPLICATE: "true"}),
        a_source(changed={tags.CLAIM_UID: "uid-of-another"}),
        a_source(changed={tags.SIZE: ""}),
        a_source(changed={tags.VOLUME_MODE: ""}),
        replace(source, tags={}),
        replace(source, tags={tags.MANAGED: "true"}),
        a_copy_of(source),
    ]
    assert [read_source(each) for each in others] == [None] * len(others)
