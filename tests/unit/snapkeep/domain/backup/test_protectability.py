"""What cannot be backed up says so in words, and what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.backup.protectability import Code, not_protectable, scratch_refusal
from snapkeep.domain.claims import Claim, ScratchVolume, Volume, VolumeKind
from snapkeep.domain.policies import Method

BOUND = Claim(
    cluster="myeks",
    namespace="default",
    name="data",
    uid="uid-1",
    phase="Bound",
    requested="10Gi",
    requested_bytes=10 * 2**30,
    storage_class="gp3",
    access_modes=("ReadWriteOnce",),
    volume_mode="Filesystem",
    volume=Volume("pv-1", VolumeKind.EBS_CSI, "ebs.csi.aws.com", "vol-1"),
)


def on(kind: VolumeKind, driver: str = "driver.example") -> Claim:
    """A bound claim whose volume is of that kind."""
    return replace(BOUND, volume=Volume("pv-1", kind, driver, "handle"))


@pytest.mark.parametrize("kind", [VolumeKind.EBS_CSI, VolumeKind.EBS_IN_TREE, VolumeKind.EBS_MIGRATED])
def test_every_kind_of_ebs_volume_can_be_backed_up(kind: VolumeKind) -> None:
    assert not_protectable(on(kind)) is None


@pytest.mark.parametrize(
    ("claim", "code", "words"),
    [
        (on(VolumeKind.EFS), Code.EFS, "method aws-backup"),
        (on(VolumeKind.S3), Code.S3, "AWS Backup"),
        (on(VolumeKind.HOST_PATH), Code.HOST_PATH, "dies with the node"),
        (on(VolumeKind.LOCAL), Code.LOCAL, "dies with the node"),
        (on(VolumeKind.OTHER, "fsx.csi.aws.com"), Code.OTHER_DRIVER, "'fsx.csi.aws.com'"),
        (replace(BOUND, phase="Pending", volume=None), Code.PENDING, "has no volume yet"),
        (replace(BOUND, phase="Lost", volume=None), Code.LOST, "is gone"),
        (replace(BOUND, volume=None), Code.PENDING, "next run"),
        (replace(BOUND, deleting=True), Code.DELETING, "being deleted"),
    ],
)
def test_what_cannot_be_backed_up_says_why(claim: Claim, code: Code, words: str) -> None:
    refusal = not_protectable(claim)
    assert refusal is not None
    assert refusal[0] is code
    assert words in refusal[1]


def test_scratch_storage_of_pods_is_named_for_what_it_is() -> None:
    scratch = ScratchVolume("myeks", "default", "cache-0", "tmp", "emptyDir")
    code, reason = scratch_refusal(scratch)
    assert code is Code.SCRATCH
    assert "emptyDir" in reason and "instance store" in reason
    assert scratch_refusal(replace(scratch, kind="hostPath"))[0] is Code.HOST_PATH


def test_what_is_not_on_efs_is_no_claim_for_aws_backup_and_says_why() -> None:
    by_efs = {kind: not_protectable(on(kind), Method.AWS_BACKUP) for kind in VolumeKind}
    assert by_efs[VolumeKind.EFS] is None
    codes = {kind.value: refusal[0] for kind, refusal in by_efs.items() if refusal}
    assert codes == {
        "ebs-csi": Code.OTHER_METHOD,
        "ebs-in-tree": Code.OTHER_METHOD,
        "ebs-migrated": Code.OTHER_METHOD,
        "s3": Code.S3,
        "host-path": Code.HOST_PATH,
        "local": Code.LOCAL,
        "other": Code.OTHER_DRIVER,
    }
