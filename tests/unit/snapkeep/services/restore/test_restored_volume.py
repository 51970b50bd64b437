"""The volume that a restored claim gets: the right one, a wrong one, or none that EC2 shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.restore.operations import Stage
from tests.fakes import Crash
from tests.unit.snapkeep.services.restore.restore_story import WHERE, Story


def test_a_claim_that_got_another_volume_fails_and_keeps_the_point_for_a_person() -> None:
    story = Story()
    restore = story.start()
    story.ebs.add_volume("vol-free")
    story.cluster.bind_restored(*WHERE, volume_id="vol-free")
    assert story.finish(minutes=5).failed == [restore.id]
    failed = story.journal.restores.all[restore.id]
    assert (failed.stage, failed.is_open) == (Stage.FAILED, False)
    assert "bound it to volume pv-data-restored (vol-free, created from no snapshot)" in failed.reason
    assert f"{restore.point_id} ({restore.snapshot_id})" in failed.reason
    week = story.clock() + timedelta(days=7)
    assert story.holds.held[restore.snapshot_id] == {f"failed restore {restore.id}": week}
    assert story.cluster.restored[WHERE].phase == "Bound", "a claim with a volume is never deleted"
    assert not story.cluster.imported_snapshots


def test_a_volume_that_ec2_does_not_show_yet_is_waited_for_with_the_point_held() -> None:
    story = Story()
    restore = story.start()
    story.cluster.bind_restored(*WHERE, volume_id="vol-new")
    assert story.finish(minutes=5).waiting == [restore.id]
    assert list(story.holds.held[restore.snapshot_id]) == [restore.holder]


def test_a_volume_that_ec2_never_shows_ends_the_restore_after_an_hour_and_keeps_the_point() -> None:
    story = Story()
    restore = story.start()
    assert story.finish(days=3).waiting == [restore.id]  # no pod used the claim until now
    story.cluster.bind_restored(*WHERE, volume_id="vol-new")
    for minutes in (5, 5, 55):
        assert story.finish(minutes=minutes).waiting == [restore.id]
    assert story.finish(minutes=5).failed == [restore.id]
    failed = story.journal.restores.all[restore.id]
    assert (failed.stage, failed.is_open) == (Stage.FAILED, False)
    assert "EC2 has not shown its EBS volume vol-new for 60 minutes" in failed.reason
    assert len(failed.timeline) == 3
    week = story.clock() + timedelta(days=7)
    assert story.holds.held[restore.snapshot_id] == {restore.left_holder: week}
    assert story.cluster.restored[WHERE].phase == "Bound", "a claim with a volume is never deleted"


def test_a_volume_that_ec2_shows_late_is_bound_all_the_same() -> None:
    story = Story()
    restore = story.start()
    story.cluster.bind_restored(*WHERE, volume_id="vol-new")
    for _ in range(2):
        assert story.finish(minutes=30).waiting == [restore.id]
    story.cluster.bind_restored(*WHERE)
    assert story.finish(minutes=40).finished == [restore.id]
    assert story.leftovers == []


@pytest.mark.parametrize("where", ["journal.write_restore", "holds.hold", "holds.release"])
def test_a_crash_while_a_wrong_volume_is_told_ends_as_without_it(where: str) -> None:
    story = Story()
    restore = story.start()
    story.ebs.add_volume("vol-free")
    story.cluster.bind_restored(*WHERE, volume_id="vol-free")
    name, method = where.split(".")
    story.fake(name).crash_after(method)
    with pytest.raises(Crash):
        story.finish(minutes=5)
    story.finish(minutes=5)
    assert not story.journal.restores.all[restore.id].is_open
    assert list(story.holds.held[restore.snapshot_id]) == [restore.left_holder]


def test_a_point_that_is_gone_cannot_be_kept_and_the_restore_ends_all_the_same() -> None:
    story = Story()
    restore = story.start()
    story.cluster.bind_restored(*WHERE, volume_id="")
    story.holds.gone.add(restore.snapshot_id)
    story.finish(minutes=5)
    failed = story.journal.restores.all[restore.id]
    assert not failed.is_open
    assert "pv-data-restored (no EBS volume)" in failed.reason
