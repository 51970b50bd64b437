"""Tag keys: the one place where what we write and what we may write could part."""

from __future__ import annotations

from infra import permissions
from snapkeep.domain import tags


def test_keys_are_ours_or_the_drivers() -> None:
    strangers = [key for key in permissions.VERDICT_TAG_KEYS if not key.startswith("snapkeep:")]

    assert strangers == [
        "ebs.csi.aws.com/cluster",
        "ebs.csi.aws.com/cluster-name",
        "ebs.csi.eks.amazonaws.com/cluster",
        "eks:eks-cluster-name",
    ]


def test_what_the_volume_snapshot_class_writes_may_be_completed() -> None:
    assert set(tags.class_tags("myeks")) <= set(permissions.POINT_TAG_KEYS)


def test_the_mark_of_a_duplicate_is_a_verdict_and_the_hold_is_nobodys() -> None:
    assert set(permissions.VERDICT_TAG_KEYS) - set(permissions.POINT_TAG_KEYS) == {tags.DUPLICATE}
    assert tags.HOLD not in permissions.VERDICT_TAG_KEYS
