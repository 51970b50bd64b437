"""What no policy can back up, with reasons that a user can act on."""

from __future__ import annotations

from enum import StrEnum

from snapkeep.domain.claims import Claim, ScratchVolume, Volume, VolumeKind
from snapkeep.domain.policies import Method


class Code(StrEnum):
    """Why a claim (or a scratch volume) was skipped, as a code; the reason beside it is the text."""

    # because of configuration or labels
    EXCLUDED = "excluded"
    UNKNOWN_POLICY = "unknown_policy"
    OTHER_POLICY = "other_policy"
    OTHER_CLUSTER = "other_cluster"
    NOT_OPTED_IN = "not_opted_in"
    NAMESPACE = "namespace_not_selected"
    LABELS = "labels_not_selected"
    STORAGE_CLASS = "storage_class_not_selected"
    SIZE = "size_not_selected"
    NO_POLICY = "no_policy"
    # because of the claim itself
    NOT_FOUND = "not_found"
    DELETING = "deleting"
    PENDING = "pending"
    LOST = "lost"
    REPLACED = "replaced"
    EFS = "efs"
    S3 = "s3"
    HOST_PATH = "host_path"
    LOCAL = "local"
    SCRATCH = "scratch"
    OTHER_DRIVER = "other_driver"
    OTHER_METHOD = "other_method"
    # because the journal lost it
    LOST_FROM_JOURNAL = "lost_from_journal"


UNPROTECTABLE = frozenset(
    {
        Code.DELETING,
        Code.PENDING,
        Code.EFS,
        Code.S3,
        Code.HOST_PATH,
        Code.LOCAL,
        Code.SCRATCH,
        Code.OTHER_DRIVER,
    }
)
"""Codes of what no policy of the cluster could protect: EFS only where none has method aws-backup. A Lost
claim is not among them, because it had data."""

Refusal = tuple[Code, str]
"""A code and the reason in words."""

_OTHER_STORAGE: dict[VolumeKind, Refusal] = {
    VolumeKind.EFS: (
        Code.EFS,
        "the data is on EFS, whose CSI driver has no snapshots: it needs a policy with method aws-backup",
    ),
    VolumeKind.S3: (
        Code.S3,
        "the data is in an S3 bucket, not on a volume: back up the bucket with AWS Backup",
    ),
    VolumeKind.HOST_PATH: (
        Code.HOST_PATH,
        "the data is in a hostPath on a node's disk: it dies with the node",
    ),
    VolumeKind.LOCAL: (Code.LOCAL, "the data is on a local disk of a node: it dies with the node"),
}


def not_protectable(claim: Claim, method: Method = Method.CSI) -> Refusal | None:
    """Why a policy with that method cannot protect the claim; None when it is bound to a volume of the right
    kind (EFS for `aws-backup`, else EBS) and not being deleted."""
    if claim.deleting:
        return Code.DELETING, "the claim is being deleted"
    if claim.phase == "Lost":
        return Code.LOST, "the claim is Lost: the volume it was bound to is gone"
    if claim.phase != "Bound":
        return Code.PENDING, "the claim is Pending: it has no volume yet, so there is nothing to back up"
    if claim.volume is None:
        return Code.PENDING, "the claim is Bound, but its volume is not listed yet: the next run checks again"
    if claim.volume.kind.is_ebs:
        return None if method.is_of_volumes else _not_on_efs(claim.volume)
    if claim.volume.kind is VolumeKind.EFS and not method.is_of_volumes:
        return None
    return _OTHER_STORAGE.get(claim.volume.kind) or (
        Code.OTHER_DRIVER,
        f"the volume belongs to driver {claim.volume.driver!r}: only volumes on EBS and EFS can be backed up",
    )


def _not_on_efs(volume: Volume) -> Refusal:
    return (
        Code.OTHER_METHOD,
        f"its volume {volume.name} is on EBS, and method aws-backup takes only what is on EFS: it needs a "
        "policy with method csi or ebs",
    )


def scratch_refusal(volume: ScratchVolume) -> Refusal:
    """Why storage outside any claim is not backed up."""
    if volume.kind == "hostPath":
        return Code.HOST_PATH, "the pod writes to a hostPath on its node's disk: the data dies with the node"
    return (
        Code.SCRATCH,
        f"the pod keeps data in {volume.kind} (node disk, instance store or memory): "
        "it dies with the pod; use a claim for data that matters",
    )
