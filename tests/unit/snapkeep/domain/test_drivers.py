"""The drivers whose volumes are EBS volumes, as AWS' managed policies know them."""

from __future__ import annotations

import pytest

from snapkeep.domain.drivers import AUTO_MODE, EBS_CSI, IN_TREE, restoring_driver


def test_what_a_driver_lacks_to_restore_is_what_its_policy_asks_for() -> None:
    assert EBS_CSI.lacks({}, "myeks") == {"ebs.csi.aws.com/cluster": "true"}
    assert EBS_CSI.lacks(EBS_CSI.tags("myeks"), "second") == {}
    assert AUTO_MODE.lacks(EBS_CSI.tags("myeks"), "myeks") == {"eks:eks-cluster-name": "myeks"}
    assert AUTO_MODE.lacks(AUTO_MODE.tags("myeks"), "myeks") == {}


def test_a_snapshot_of_one_auto_mode_cluster_is_not_restorable_in_another() -> None:
    assert AUTO_MODE.lacks(AUTO_MODE.tags("myeks"), "second") == {"eks:eks-cluster-name": "second"}


@pytest.mark.parametrize(
    ("volume", "restored_by"),
    [
        ("ebs.csi.aws.com", EBS_CSI),
        ("ebs.csi.eks.amazonaws.com", AUTO_MODE),
        (IN_TREE, EBS_CSI),
        ("", EBS_CSI),
    ],
)
def test_volumes_come_back_through_their_own_driver_and_in_tree_ones_through_the_open_one(
    volume: str, restored_by: object
) -> None:
    assert restoring_driver(volume) is restored_by
