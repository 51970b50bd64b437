"""The EC2 tags of a recovery point: alone they must be enough to restore from it.

EC2 allows 50 tags a resource, keys up to 128 and values up to 256 characters.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from snapkeep.domain.backup.object_names import point_of_object
from snapkeep.domain.drivers import EBS_CSI, restoring_driver
from snapkeep.domain.naming import tag_value
from snapkeep.domain.points import ClaimFacts, Point
from snapkeep.domain.times import compact, read_compact

MANAGED = "snapkeep:managed"
CLUSTER = "snapkeep:cluster"
NAMESPACE = "snapkeep:namespace"
CLAIM = "snapkeep:claim"
CLAIM_UID = "snapkeep:claim-uid"
POLICY = "snapkeep:policy"
SLOT = "snapkeep:slot"
RUN = "snapkeep:run"
POINT = "snapkeep:point"
METHOD = "snapkeep:method"
SIZE = "snapkeep:size"
STORAGE_CLASS = "snapkeep:storage-class"
ACCESS_MODES = "snapkeep:access-modes"
VOLUME_MODE = "snapkeep:volume-mode"
FS_TYPE = "snapkeep:fs-type"
PARTITION = "snapkeep:partition"
GROUP = "snapkeep:group"
DEPLOYMENT = "snapkeep:deployment"
DUPLICATE = "snapkeep:duplicate"
HOLD = "snapkeep:hold"
SNAPSHOT_NAMESPACE = "snapkeep:volume-snapshot-namespace"
SNAPSHOT_NAME = "snapkeep:volume-snapshot"

DRIVER = "snapkeep:driver"
"""On points of claims that another driver than the open one serves."""


def are_ours(tags: Mapping[str, str]) -> bool:
    """True when the tags say for which point or run of ours a snapshot was cut.

    `snapkeep:managed` alone says nothing: people put it on volumes that they made themselves, and AWS Backup
    and Data Lifecycle Manager copy the tags of a volume to its snapshots. A fresh member of a group carries
    its run, a fresh `csi` snapshot the name of its VolumeSnapshot.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html
    """
    return tags.get(MANAGED) == "true" and any(tags.get(key) for key in (RUN, POINT, SNAPSHOT_NAME))


def is_anothers(tags: Mapping[str, str], deployment: str) -> bool:
    """True when the tags name another deployment, one of another stack in this account and Region.

    Points from before the tag belong to the deployment that serves their cluster, until `snapkeep adopt`
    writes it.
    """
    return tags.get(DEPLOYMENT, deployment) != deployment


def identity_tags(point: Point) -> dict[str, str]:
    """The tags every create call carries, so that a snapshot can be found again by its run.

    Those of the driver are there as well: without them its policies refuse to restore from the snapshot.
    """
    return {
        MANAGED: "true",
        CLUSTER: point.claim.cluster,
        POLICY: point.policy,
        SLOT: compact(point.slot),
        RUN: tag_value(point.run),
        **restoring_driver(point.claim.driver).tags(point.claim.cluster),
        **({DEPLOYMENT: point.deployment} if point.deployment else {}),
        **({GROUP: tag_value(point.group)} if point.group else {}),
    }


def full_tags(point: Point) -> dict[str, str]:
    """All tags of a point; it is `ready` only when all of them are on its snapshot."""
    claim = point.claim
    return (
        identity_tags(point)
        | {
            POINT: point.id,
            NAMESPACE: claim.namespace,
            CLAIM: claim.name,
            CLAIM_UID: claim.uid,
            METHOD: point.method.value,
            SIZE: claim.requested,
            STORAGE_CLASS: tag_value(claim.storage_class),
            ACCESS_MODES: ",".join(claim.access_modes),
            VOLUME_MODE: claim.volume_mode,
            FS_TYPE: claim.fs_type,
        }
        | ({DRIVER: claim.driver} if claim.driver != EBS_CSI.name else {})
        | ({PARTITION: claim.partition} if claim.partition else {})
    )


def class_tags(cluster: str, deployment: str) -> dict[str, str]:
    """What the VolumeSnapshotClass asks the driver to put on a snapshot; the driver fills the templates.

    No key of the driver's own is among them: since v1.58 the driver refuses a class that asks for
    `ebs.csi.aws.com/cluster-name`, since v1.60 for any key under `ebs.csi.aws.com/`. It writes them
    itself, or record_completion does.
    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
    """
    return {
        MANAGED: "true",
        CLUSTER: cluster,
        SNAPSHOT_NAMESPACE: "{{ .VolumeSnapshotNamespace }}",
        SNAPSHOT_NAME: "{{ .VolumeSnapshotName }}",
        DEPLOYMENT: deployment,
    }


def missing_tags(present: Mapping[str, str], point: Point) -> dict[str, str]:
    """The tags of the point that its snapshot does not carry (or carries with another value)."""
    return {key: value for key, value in full_tags(point).items() if present.get(key) != value}


def spoiled_tags(present: Mapping[str, str], point: Point) -> tuple[str, ...]:
    """The tags without which the point is none, and that its snapshot does not carry; sorted.

    They are written once, together with the point's id: whoever finds them changed cannot mend them.
    """
    needed = (
        *(CLUSTER, DEPLOYMENT, NAMESPACE, CLAIM, CLAIM_UID, POLICY, SLOT),
        *(SIZE, ACCESS_MODES, VOLUME_MODE),
    )
    return tuple(sorted(set(needed) & missing_tags(present, point).keys()))


def point_id_of(tags: Mapping[str, str]) -> str:
    """The point a snapshot belongs to by its tags; empty when they do not say.

    The name of a csi point's VolumeSnapshot begins with the point's id, so the class's template tag tells it
    too; whether the snapshot was cut for the point's own VolumeSnapshot, `services.looking` decides.
    """
    return tags.get(POINT, "") or point_of_object(tags.get(SNAPSHOT_NAME, ""))


def volume_snapshot_of(tags: Mapping[str, str]) -> str:
    """The name of the VolumeSnapshot that a point's snapshot was cut for, if it was; "" for no point."""
    return tags.get(SNAPSHOT_NAME, "") or tags.get(POINT, "")


def snapshot_object_tags(point: Point) -> dict[str, str]:
    """What the class asks the driver for: where the VolumeSnapshot of a point is."""
    return {SNAPSHOT_NAMESPACE: point.claim.namespace, SNAPSHOT_NAME: point.volume_snapshot}


def claim_facts_of(tags: Mapping[str, str]) -> ClaimFacts | None:
    """The claim as a complete snapshot's tags remember it; None when identity is missing."""
    if not all(tags.get(key) for key in (CLUSTER, NAMESPACE, CLAIM, CLAIM_UID)):
        return None
    return ClaimFacts(
        cluster=tags[CLUSTER],
        namespace=tags[NAMESPACE],
        name=tags[CLAIM],
        uid=tags[CLAIM_UID],
        requested=tags.get(SIZE, ""),
        storage_class=tags.get(STORAGE_CLASS, ""),
        access_modes=tuple(mode for mode in tags.get(ACCESS_MODES, "").split(",") if mode),
        volume_mode=tags.get(VOLUME_MODE, "Filesystem"),
        fs_type=tags.get(FS_TYPE, ""),
        driver=tags.get(DRIVER, EBS_CSI.name),
        partition=tags.get(PARTITION, ""),
    )


def slot_of(tags: Mapping[str, str]) -> datetime | None:
    """The slot (aware UTC) in the tags, or None when it is missing or malformed."""
    try:
        return read_compact(tags[SLOT])
    except (KeyError, ValueError):
        return None


def description_of(point: Point) -> str:
    """The EC2 description of a point's snapshot, for people who look at the console."""
    claim = point.claim
    return f"Snapkeep {point.policy}: {claim.namespace}/{claim.name} of {claim.cluster}"
