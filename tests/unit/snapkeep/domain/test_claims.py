"""Claims: which storage is EBS, and how things are named to people."""

from __future__ import annotations

from snapkeep.domain.claims import ScratchVolume, VolumeKind
from tests.fakes.world import a_claim


def test_only_ebs_volumes_can_be_protected() -> None:
    assert {kind.value for kind in VolumeKind if kind.is_ebs} == {"ebs-csi", "ebs-in-tree", "ebs-migrated"}


def test_a_claim_and_a_scratch_volume_are_named_with_their_namespace() -> None:
    assert str(a_claim("mysql")) == "shop/mysql"
    assert str(ScratchVolume("myeks", "shop", "web-0", "tmp", "emptyDir")) == "shop/web-0:tmp"
