"""Reading a recovery point from its snapshot: the tags alone are enough."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.points import PointState, Snapshot, SnapshotState
from snapkeep.domain.restore.points import point_of
from tests.contract.ports.samples import NOW, a_point

GIB = 2**30
SNAPSHOT = Snapshot(
    "snap-1", "vol-1", SnapshotState.COMPLETED, NOW, 10 * GIB, tags.full_tags(a_point("data"))
)


def test_the_tags_tell_all_that_a_restore_needs() -> None:
    point = point_of(SNAPSHOT, "ap-northeast-2")
    made = a_point("data")
    assert point is not None
    assert (point.id, point.snapshot_id, point.state) == (made.id, "snap-1", PointState.READY)
    assert (point.claim, point.claim_uid, point.requested) == ("data", made.claim.uid, made.claim.requested)
    assert (point.slot, point.minimum_bytes) == (made.slot, 10 * GIB)
    assert (point.driver, point.driver_tags) == ("ebs.csi.aws.com", EBS_CSI.tags("myeks"))


def test_a_point_in_the_bin_or_the_archive_says_so() -> None:
    binned = point_of(replace(SNAPSHOT, state=SnapshotState.RECOVERABLE), "")
    assert binned is not None and (binned.in_bin, binned.state) == (True, PointState.DELETING)
    archived = point_of(replace(SNAPSHOT, archived=True), "")
    assert archived is not None and archived.archived


def test_tags_that_name_no_claim_are_no_point() -> None:
    assert point_of(replace(SNAPSHOT, tags={tags.MANAGED: "true"}), "") is None
