"""The EC2 tags of a recovery point, which alone must be enough to restore it.

EC2 allows 50 tags per resource, keys up to 128 and values up to 256 characters.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from snapkeep.domain.backup.object_names import point_of_object
from snapkeep.domain.drivers import EBS_CSI, restoring_driver
from snapkeep.domain.naming import tag_value
from snapkeep.domain.points import ClaimFacts, Point
from snapkeep.domain.policies import Method
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
CHECKED = "snapkeep:checked"
"""What the last check of a point said, and when; for people only, because whoever may tag can write it."""
ARCHIVED = "snapkeep:archived"
"""When a point's policy had it archived (UTC, like a slot). It is written before EC2 is asked, so it means
something only on a snapshot in the archive tier."""
HOLD = "snapkeep:hold"
SNAPSHOT_NAMESPACE = "snapkeep:volume-snapshot-namespace"
SNAPSHOT_NAME = "snapkeep:volume-snapshot"

DRIVER = "snapkeep:driver"
"""Only on points of claims whose driver is not the open-source one."""


def are_ours(tags: Mapping[str, str]) -> bool:
    """True when the tags name the point or run of ours that the snapshot was taken for.

    `snapkeep:managed` alone proves nothing: people put it on their own volumes, and AWS Backup and Data
    Lifecycle Manager copy a volume's tags to its snapshots. A new member of a group carries its run, a new
    `csi` snapshot the name of its VolumeSnapshot.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html
    """
    return tags.get(MANAGED) == "true" and any(tags.get(key) for key in (RUN, POINT, SNAPSHOT_NAME))


def is_anothers(tags: Mapping[str, str], deployment: str) -> bool:
    """True when the tags name another deployment in this account and Region.

    Points without the tag, from before it existed, belong to the deployment that serves their cluster until
    `snapkeep adopt` writes it.
    """
    return tags.get(DEPLOYMENT, deployment) != deployment


def identity_tags(point: Point) -> dict[str, str]:
    """The tags of every create call, so that a snapshot can be found again by its run.

    The driver's tags are included: without them its IAM policies refuse to restore from the snapshot.
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
    """All tags of a point; it becomes `ready` only when its snapshot carries every one."""
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
    """The tags that the VolumeSnapshotClass requests from the driver, which fills in the templates.

    None of the driver's own keys is among them: since v1.58 the driver refuses a class that asks for
    `ebs.csi.aws.com/cluster-name`, since v1.60 for any key under `ebs.csi.aws.com/`. It writes them itself,
    or record_completion does.
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
    """The tags of the point that its snapshot lacks or carries with another value."""
    return {key: value for key, value in full_tags(point).items() if present.get(key) != value}


def spoiled_tags(present: Mapping[str, str], point: Point) -> tuple[str, ...]:
    """The essential tags of the point that its snapshot lacks or carries with another value; sorted.

    They are written once, together with the point's id, so a changed tag cannot be repaired.
    """
    needed = (
        *(CLUSTER, DEPLOYMENT, NAMESPACE, CLAIM, CLAIM_UID, POLICY, SLOT),
        *(SIZE, ACCESS_MODES, VOLUME_MODE),
    )
    return tuple(sorted(set(needed) & missing_tags(present, point).keys()))


def verdict_of(tags: Mapping[str, str]) -> str:
    """What the last check of a point said according to its tag, "" without one."""
    return tags.get(CHECKED, "").partition(" ")[0]


def point_id_of(tags: Mapping[str, str]) -> str:
    """The id of the point that a snapshot belongs to by its tags; empty when they name none.

    The name of a csi point's VolumeSnapshot begins with the point's id, so the template tag of the class
    identifies the point too. `services.backup.taking.find_snapshots` decides whether the snapshot was really
    taken for the point's own VolumeSnapshot.
    """
    return tags.get(POINT, "") or point_of_object(tags.get(SNAPSHOT_NAME, ""))


def volume_snapshot_of(tags: Mapping[str, str]) -> str:
    """The name of the VolumeSnapshot that a point's snapshot was taken for, if any; "" when the tags name no
    point."""
    return tags.get(SNAPSHOT_NAME, "") or tags.get(POINT, "")


def is_by_driver(tags: Mapping[str, str]) -> bool:
    """True when the CSI driver cut the point's snapshot for a VolumeSnapshot."""
    return tags.get(METHOD) == Method.CSI or SNAPSHOT_NAME in tags


def snapshot_object_tags(point: Point) -> dict[str, str]:
    """The tags that name a point's VolumeSnapshot, as the class requests them from the driver."""
    return {SNAPSHOT_NAMESPACE: point.claim.namespace, SNAPSHOT_NAME: point.volume_snapshot}


def claim_facts_of(tags: Mapping[str, str]) -> ClaimFacts | None:
    """The claim as a snapshot's tags describe it; None when they do not identify one."""
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
    return _time_in(tags, SLOT)


def archived_at_of(tags: Mapping[str, str]) -> datetime | None:
    """When a policy had the snapshot archived (aware UTC), or None when that is missing or malformed."""
    return _time_in(tags, ARCHIVED)


def _time_in(tags: Mapping[str, str], key: str) -> datetime | None:
    try:
        return read_compact(tags[key])
    except (KeyError, ValueError):
        return None


def description_of(point: Point) -> str:
    """The EC2 description of a point's snapshot, for people who look at the console."""
    claim = point.claim
    return f"Snapkeep {point.policy}: {claim.namespace}/{claim.name} of {claim.cluster}"
