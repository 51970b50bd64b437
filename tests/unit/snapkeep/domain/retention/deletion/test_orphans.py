"""What is an orphan, and above all what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.deletion import orphans
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from snapkeep.domain.retention.deletion.orphans import (
    ClusterSnapshots,
    ListedSnapshot,
    Orphan,
    OrphanKind,
    UnknownSnapshots,
)
from tests.contract.ports.samples import a_point
from tests.fakes.restore_samples import NOW

GIB = 2**30
OLD = NOW - timedelta(days=3)


def tags_of(later: timedelta = timedelta(), name: str = "data") -> dict[str, str]:
    """The whole tags of a claim's point."""
    point = a_point(name)
    slot = point.slot + later
    name = point_id(point.claim.name, point.claim.cluster, point.claim.uid, point.policy, slot)
    return tags.full_tags(replace(point, slot=slot, id=name))


def a_snapshot(number: int = 1, name: str = "data", **changes: Any) -> Snapshot:
    given: dict[str, Any] = {
        "id": f"snap-{number}",
        "volume_id": "vol-1",
        "state": SnapshotState.COMPLETED,
        "started_at": OLD,
        "size_bytes": 20 * GIB,
        "tags": tags_of(name=name),
    }
    return Snapshot(**(given | changes))


def a_twin(number: int, name: str = "data", **changes: Any) -> Snapshot:
    made = a_snapshot(number, name, **changes)
    return replace(made, tags=made.tags | {tags.DUPLICATE: "true"})


def found(*snapshots: Snapshot) -> list[Orphan]:
    census = ClusterSnapshots("myeks")
    for snapshot in snapshots:
        census.add(snapshot)
    return list(census.orphans(NOW))


def test_a_point_with_whole_tags_is_never_an_orphan_whatever_the_journal_lost() -> None:
    assert found(a_snapshot()) == []


def test_the_twin_of_a_ready_point_is_no_orphan_because_prune_takes_it() -> None:
    assert found(a_snapshot(1), a_twin(2)) == []


def test_a_late_snapshot_goes_only_behind_another_good_point_of_its_claim() -> None:
    late = a_twin(2)
    earlier = point_of_the_same_claim()
    (orphan,) = found(earlier, late)
    assert (orphan.kind, orphan.name) == (OrphanKind.LATE_SNAPSHOT, "snap-2")
    assert (orphan.deletable, orphan.shield) == (True, earlier.id)
    assert orphan.dollars_a_month == 1.0


def point_of_the_same_claim() -> Snapshot:
    """Another point of the claim, of the day before."""
    return a_snapshot(9, tags=tags_of(timedelta(days=-1)))


def test_a_late_snapshot_that_is_the_only_good_copy_stays() -> None:
    (orphan,) = found(a_twin(2))
    assert not orphan.deletable
    assert orphan.reason.endswith("it stays because its claim has no other good point")


def test_a_late_snapshot_that_is_held_stays() -> None:
    late = a_twin(2)
    held = replace(late, tags=late.tags | {tags.HOLD: "true"})
    orphan = found(point_of_the_same_claim(), held)[0]
    assert not orphan.deletable and "held" in orphan.reason


@pytest.mark.parametrize(
    "shield", [{"state": SnapshotState.ERROR}, {"state": SnapshotState.PENDING}, {"archived": True}]
)
def test_only_a_usable_point_shields(shield: dict[str, Any]) -> None:
    late = a_twin(2)
    earlier = replace(point_of_the_same_claim(), **shield)
    assert [item.deletable for item in found(earlier, late) if item.name == "snap-2"] == [False]


def test_what_is_young_or_pending_may_still_find_its_place() -> None:
    young = a_twin(2, started_at=NOW - timedelta(hours=23))
    pending = a_twin(3, state=SnapshotState.PENDING)
    assert found(young, pending) == []


def test_edited_tags_are_told_and_never_deleted() -> None:
    edited = a_snapshot()
    (orphan,) = found(replace(edited, tags=edited.tags | {tags.CLAIM_UID: "uid-of-another"}))
    assert (orphan.kind, orphan.deletable) == (OrphanKind.UNREADABLE_SNAPSHOT, False)
    assert "delete it by hand" in orphan.reason


def test_snapshots_of_a_cluster_that_left_the_config_are_summed_up() -> None:
    strangers = UnknownSnapshots()
    for number in (1, 2):
        strangers.add(a_snapshot(number))
    (orphan,) = strangers.orphans()
    assert (orphan.name, orphan.size_bytes, orphan.deletable) == ("myeks", 40 * GIB, False)
    assert orphan.reason.startswith("2 snapshots of a cluster that snapkeep.yaml does not name")
    assert list(UnknownSnapshots().orphans()) == []


def a_content(name: str = "snapcontent-1", **changes: Any) -> SnapshotContent:
    given: dict[str, Any] = {
        "name": name,
        "snapshot_id": "snap-1",
        "deletion_policy": "Retain",
        "class_name": "snapkeep-myeks",
        "namespace": "shop",
        "volume_snapshot": "data-1",
        "created_at": OLD,
    }
    return SnapshotContent(**(given | changes))


def of_contents(*contents: SnapshotContent, known: str = "", restores: str = "") -> list[Orphan]:
    return list(orphans.of_contents("myeks", contents, {known}, {restores}, NOW))


def test_a_content_whose_snapshot_is_gone_is_an_orphan() -> None:
    (orphan,) = of_contents(a_content())
    assert (orphan.kind, orphan.deletable) == (OrphanKind.CONTENT, True)
    assert of_contents(a_content(), known="snap-1") == []


@pytest.mark.parametrize(
    "changes",
    [{"class_name": "csi-aws-vsc"}, {"created_at": NOW - timedelta(hours=1)}, {"snapshot_id": ""}],
)
def test_contents_of_others_young_ones_and_unfinished_ones_are_none(changes: dict[str, Any]) -> None:
    assert of_contents(a_content(**changes)) == []


def test_a_content_that_would_take_the_snapshot_with_it_is_left_to_a_person() -> None:
    (orphan,) = of_contents(a_content(deletion_policy="Delete"))
    assert not orphan.deletable
    assert f"kubectl patch volumesnapshotcontent {orphan.name} " in orphan.reason


def test_an_import_pair_is_an_orphan_once_its_restore_is_over() -> None:
    pair = a_content("snapkeep-restore-000000000001")
    assert of_contents(pair, known="snap-1", restores=pair.name) == []
    (orphan,) = of_contents(pair, known="snap-1")
    assert orphan.reason == "it was imported for a restore that has ended"


def of_volume_snapshots(*contents: SnapshotContent, created: datetime = OLD, known: str = "") -> list[Orphan]:
    listed = [ListedSnapshot("shop", "data-1", created)]
    by_name = {(item.namespace, item.volume_snapshot): item for item in contents}
    return list(orphans.of_volume_snapshots(listed, by_name, {known}, {known}, NOW))


def test_a_volume_snapshot_without_a_snapshot_behind_it_is_an_orphan() -> None:
    (never,) = of_volume_snapshots()
    assert (never.name, never.deletable) == ("shop/data-1", True)
    (gone,) = of_volume_snapshots(a_content())
    assert gone.reason == "its snapshot snap-1 is gone from EC2"


def test_a_volume_snapshot_with_its_snapshot_is_none_nor_is_a_young_one() -> None:
    assert of_volume_snapshots(a_content(), known="snap-1") == []
    assert of_volume_snapshots(known="data-1") == []
    assert of_volume_snapshots(created=NOW - timedelta(hours=2)) == []
