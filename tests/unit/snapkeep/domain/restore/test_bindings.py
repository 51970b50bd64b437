"""What is said of a claim that got another volume than its backup's."""

from __future__ import annotations

from snapkeep.domain.restore.bindings import Binding, is_right, wrong_volume
from tests.fakes.restore_samples import a_restore

RESTORE = a_restore()


def test_only_a_volume_made_from_the_points_snapshot_is_right() -> None:
    assert is_right(RESTORE, Binding("pv-1", "vol-1", RESTORE.snapshot_id))
    for made_from in ("", "snap-other", None):
        assert not is_right(RESTORE, Binding("pv-1", "vol-1", made_from))


def test_a_volume_that_ec2_does_not_show_settles_nothing_and_one_that_is_not_ebs_does() -> None:
    assert not Binding("pv-1", "vol-1").is_settled
    assert Binding("pv-1").is_settled


def test_both_volumes_are_named_and_what_to_do() -> None:
    text = wrong_volume(RESTORE, Binding("pv-free", "vol-free", "", "vol-source"))
    assert text == (
        "claim shop/data-restored does not hold the backup: Kubernetes bound it to volume pv-free "
        "(vol-free, created from no snapshot), a free volume that matched, instead of one created from "
        f"recovery point {RESTORE.point_id} ({RESTORE.snapshot_id}, taken of vol-source). Delete the claim, "
        "but first "
        "keep the volume: kubectl patch pv pv-free --patch "
        '\'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'. Then restore again with another class or a '
        "larger size; the recovery point is held for 7 days, or until `snapkeep release`"
    )


def test_another_snapshots_volume_is_named_with_its_snapshot() -> None:
    assert "(vol-1, created from snap-2)" in wrong_volume(RESTORE, Binding("pv-1", "vol-1", "snap-2"))
