"""The VolumeSnapshot that a claim is restored from: the checks, and the provisioner's refusal texts.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#create-persistent-volume-claim-from-volume-snapshot
"""

from __future__ import annotations

from sandbox.driver import snapshot_words as words
from sandbox.driver.cluster import Cluster, annotations_of, is_deleting
from sandbox.driver.snapshot_words import Object
from sandbox.driver.worker import key_of
from sandbox.kubernetes.quantity import to_bytes

_MODE_CHANGE = "snapshot.storage.kubernetes.io/allow-volume-mode-change"


class SourceError(Exception):
    """The claim cannot be created from its snapshot, at least not now."""


def snapshot_handle(cluster: Cluster, claim: Object, driver: str) -> str:
    """The EC2 snapshot that the claim's volume comes from, "" if it starts empty. Raises SourceError."""
    name = words.source_snapshot(claim)
    if not name:
        return ""
    try:
        return _handle(cluster, claim, name, driver)
    except SourceError as error:
        prefix = f"error getting handle for DataSource Type VolumeSnapshot by Name {name}: "
        raise SourceError(prefix + str(error)) from error


def _handle(cluster: Cluster, claim: Object, name: str, driver: str) -> str:
    snapshot = cluster.find(words.SNAPSHOTS, claim["metadata"]["namespace"], name)
    if snapshot is None:
        absent = f'volumesnapshots.snapshot.storage.k8s.io "{name}" not found'
        raise SourceError(f"error getting snapshot {name} from api server: {absent}")
    if is_deleting(snapshot):
        raise SourceError(f"snapshot {name} is currently being deleted")
    content = _content_of(cluster, snapshot, name)
    if content["spec"]["driver"] != driver:
        raise SourceError("CSI driver in snapshot content does not match the provisioner")
    if not words.is_ready(snapshot):
        raise SourceError(f"snapshot {name} is not Ready")
    _check_size(claim, snapshot, name)
    handle = content.get("status", {}).get("snapshotHandle")
    if not handle:
        raise SourceError(f"snapshot handle {name} is not available")
    _check_mode(claim, content)
    return str(handle)


def _content_of(cluster: Cluster, snapshot: Object, name: str) -> Object:
    bound = snapshot.get("status", {}).get("boundVolumeSnapshotContentName")
    if not bound:
        raise SourceError(f"snapshot {name} is not bound")
    content = cluster.find(words.CONTENTS, None, bound)
    if content is None or not words.points_at(content, snapshot):
        raise SourceError(f"snapshot {name} and its content {bound} do not point at each other")
    return content


def _check_mode(claim: Object, content: Object) -> None:
    """A volume keeps the mode of its snapshot's volume unless the content allows a change.

    https://kubernetes.io/docs/concepts/storage/volume-snapshots/#convert-volume-mode
    """
    source, wanted = content["spec"].get("sourceVolumeMode"), claim["spec"].get("volumeMode", "Filesystem")
    if not source or source == wanted or annotations_of(content).get(_MODE_CHANGE) == "true":
        return
    path = "/".join(key_of(claim))
    raise SourceError(
        f"requested volume {path} modifies the mode of the source volume but does not have permission to do "
        f"so. {_MODE_CHANGE} annotation is not present on snapshotcontent {content['metadata']['name']}"
    )


def _check_size(claim: Object, snapshot: Object, name: str) -> None:
    """A volume may be larger than its snapshot, never smaller."""
    restore_size = snapshot.get("status", {}).get("restoreSize")
    if restore_size is None:
        return
    wanted, least = to_bytes(claim["spec"]["resources"]["requests"]["storage"]), to_bytes(restore_size)
    if wanted < least:
        raise SourceError(
            f"requested volume size {wanted} is less than the size {least} for the source snapshot {name}"
        )
