"""Snapshots as retention sees them: tags are checked and not believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from snapkeep.domain import tags
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import PointState, Snapshot, SnapshotState
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, Unreadable, hold_of, read
from tests.contract.ports.samples import NOW, a_point


def a_snapshot(state: SnapshotState = SnapshotState.COMPLETED, **changed: str) -> Snapshot:
    point = a_point()
    claim = point.claim
    named = replace(point, id=point_id(claim.name, claim.cluster, claim.uid, point.policy, point.slot))
    return Snapshot("snap-1", "vol-1", state, NOW, 4, tags.full_tags(named) | changed)


def test_a_complete_snapshot_is_a_ready_candidate_of_its_lineage() -> None:
    found = read(a_snapshot(), "myeks")
    assert isinstance(found, ReadablePoint)
    assert (found.claim, found.policy, found.candidate.state) == ("uid-data", "daily", PointState.READY)
    assert found.candidate.counts(NOW)
    assert found.slot == a_point().slot


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (tags.SLOT, "20261124T180001Z"),
        (tags.SLOT, "{{ now }}"),
        (tags.CLAIM_UID, "uid-of-another"),
        (tags.CLAIM, ""),
        (tags.POLICY, "weekly"),
        (tags.CLUSTER, "another"),
        (tags.POINT, "data-20261124t180000z-aaaaaaaaaa"),
    ],
)
def test_edited_tags_make_it_unreadable(key: str, value: str) -> None:
    snapshot = a_snapshot()
    assert isinstance(read(replace(snapshot, tags=snapshot.tags | {key: value}), "myeks"), Unreadable)


def test_without_what_a_restore_needs_it_is_not_ready() -> None:
    snapshot = a_snapshot()
    found = read(replace(snapshot, tags=snapshot.tags | {tags.SIZE: ""}), "myeks")
    assert isinstance(found, ReadablePoint) and found.candidate.state is PointState.PENDING


@pytest.mark.parametrize("state", [SnapshotState.RECOVERABLE, SnapshotState.RECOVERING])
def test_what_is_in_the_bin_shields_nothing(state: SnapshotState) -> None:
    found = read(a_snapshot(state), "myeks")
    assert isinstance(found, ReadablePoint) and not found.candidate.counts(NOW)
    assert "Recycle Bin" in found.candidate.protections[0].reason


def test_an_archived_one_shields_nothing_and_a_held_one_does() -> None:
    archived = read(replace(a_snapshot(), archived=True), "myeks")
    assert isinstance(archived, ReadablePoint) and not archived.candidate.counts(NOW)
    snapshot = a_snapshot()
    for value in ("true", "yes", ""):
        tagged = replace(snapshot, tags=snapshot.tags | {tags.HOLD: value})
        held = read(tagged, "myeks")
        assert hold_of(tagged) and isinstance(held, ReadablePoint) and held.candidate.counts(NOW)
        assert held.candidate.protections


def test_one_that_its_policy_had_archived_counts_but_is_not_at_hand() -> None:
    tagged = a_snapshot().tags | {tags.ARCHIVED: "20260901T020000Z"}
    for changes in ({"archived": True}, {"back_to_archive_at": NOW}):
        found = read(replace(a_snapshot(), tags=tagged, **changes), "myeks")  # type: ignore[arg-type]
        assert isinstance(found, ReadablePoint) and found.candidate.counts(NOW)
        assert found.candidate.archived_at == datetime(2026, 9, 1, 2, tzinfo=UTC)
        assert not found.candidate.is_at_hand
    assert found.candidate.protections, "while it is back somebody uses it"


def test_the_tag_alone_archives_nothing_and_an_unreadable_one_protects() -> None:
    in_standard = replace(a_snapshot(), tags=a_snapshot().tags | {tags.ARCHIVED: "20260901T020000Z"})
    found = read(in_standard, "myeks")
    assert isinstance(found, ReadablePoint) and found.candidate.is_at_hand
    edited = replace(a_snapshot(), archived=True, tags=a_snapshot().tags | {tags.ARCHIVED: "yes"})
    found = read(edited, "myeks")
    assert isinstance(found, ReadablePoint) and not found.candidate.counts(NOW)
    assert [each.reason for each in found.candidate.protections] == ["in the archive tier"]
