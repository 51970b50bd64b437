"""From a VolumeSnapshot to its VolumeSnapshotContent: claim, volume and class, and the refusals."""

from __future__ import annotations

from sandbox.driver import snapshot_words as words
from sandbox.driver.cluster import Cluster, add_finalizer, annotations_of, is_deleting
from sandbox.driver.snapshot_words import Object, SnapshotError, quoted
from sandbox.driver.worker import key_of

NOT_UPDATED = "snapshot controller failed to update {} on API server: {}"


def new_content(cluster: Cluster, snapshot: Object) -> Object:
    """The content to create for a claim's snapshot. SnapshotError carries the controller's texts."""
    snapshot_class = _class_of(cluster, snapshot)
    claim = _protected_claim(cluster, snapshot)
    volume = _volume_of(cluster, snapshot, claim)
    if "csi" not in volume["spec"]:
        name = volume["metadata"]["name"]
        raise _creation_failed(f"cannot find CSI PersistentVolumeSource for volume {name}")
    return {
        "metadata": {
            "name": f"snapcontent-{snapshot['metadata']['uid']}",
            "finalizers": [words.CONTENT_PROTECTION],
        },
        "spec": {
            "deletionPolicy": snapshot_class["deletionPolicy"],
            "driver": snapshot_class["driver"],
            "source": {"volumeHandle": volume["spec"]["csi"]["volumeHandle"]},
            "sourceVolumeMode": volume["spec"].get("volumeMode", "Filesystem"),
            "volumeSnapshotClassName": snapshot_class["metadata"]["name"],
            "volumeSnapshotRef": _reference(snapshot),
        },
    }


def _reference(snapshot: Object) -> Object:
    meta = snapshot["metadata"]
    return {
        "apiVersion": snapshot["apiVersion"],
        "kind": snapshot["kind"],
        **{key: meta[key] for key in ("name", "namespace", "uid", "resourceVersion")},
    }


def _class_of(cluster: Cluster, snapshot: Object) -> Object:
    name = snapshot["spec"].get("volumeSnapshotClassName")
    if not name:
        name = _default_class(cluster, snapshot)
        cluster.change(
            words.SNAPSHOTS,
            *key_of(snapshot),
            lambda obj: obj["spec"].__setitem__("volumeSnapshotClassName", name),
        )
    found = cluster.find(words.CLASSES, None, name)
    if found is None:
        absent = f'volumesnapshotclass.snapshot.storage.k8s.io "{name}" not found'
        text = f"Failed to get snapshot class with error {absent}"
        raise SnapshotError("GetSnapshotClassFailed", text, known_not_ready=False)
    return found


def _default_class(cluster: Cluster, snapshot: Object) -> str:
    """The driver of the claim's volume must have exactly one default class."""
    driver = _driver_of(cluster, snapshot)
    names = [
        each["metadata"]["name"]
        for each in cluster.peek(words.CLASSES)
        if annotations_of(each).get(words.DEFAULT_CLASS) == "true" and driver in ("", each["driver"])
    ]
    if len(names) == 1:
        return str(names[0])
    problem = f"{len(names)} default snapshot classes were found"
    text = problem if names else "cannot find default snapshot class"
    raise SnapshotError(
        "SetDefaultSnapshotClassFailed",
        f"Failed to set default snapshot class with error {text}",
        known_not_ready=False,
    )


def _driver_of(cluster: Cluster, snapshot: Object) -> str:
    namespace = snapshot["metadata"]["namespace"]
    claim = cluster.find(words.CLAIMS, namespace, snapshot["spec"]["source"]["persistentVolumeClaimName"])
    name = claim["spec"].get("volumeName") if claim else None
    volume = cluster.find("persistentvolumes", None, name) if name else None
    return str(volume["spec"].get("csi", {}).get("driver", "")) if volume else ""


def _protected_claim(cluster: Cluster, snapshot: Object) -> Object:
    name = snapshot["spec"]["source"]["persistentVolumeClaimName"]
    namespace = snapshot["metadata"]["namespace"]
    claim = cluster.find(words.CLAIMS, namespace, name)
    if claim is None:
        raise _creation_failed(
            NOT_UPDATED.format(snapshot["metadata"]["name"], "cannot get claim from snapshot")
        )
    if is_deleting(claim):
        problem = "cannot add finalizer on claim because it is being deleted"
        raise _creation_failed(NOT_UPDATED.format(name, problem))
    cluster.change(words.CLAIMS, namespace, name, lambda obj: add_finalizer(obj, words.CLAIM_PROTECTION))
    return claim


def _volume_of(cluster: Cluster, snapshot: Object, claim: Object) -> Object:
    name = claim["spec"].get("volumeName")
    problem = ""
    volume = cluster.find("persistentvolumes", None, name) if name else None
    if not name:
        claimed = claim["metadata"]["name"]
        problem = f"the PVC {claimed} is not yet bound to a PV, will not attempt to take a snapshot"
    elif volume is None:
        absent = quoted(f'persistentvolume "{name}" not found')
        problem = f"failed to retrieve PV {name} from the API server: {absent}"
    elif volume["spec"].get("claimRef", {}).get("uid") != claim["metadata"]["uid"]:
        problem = f"the PV {name} is not bound to the PVC {claim['metadata']['name']}"
    if volume is None or problem:
        snapshot_name = snapshot["metadata"]["name"]
        raise _creation_failed(
            f"failed to get input parameters to create snapshot {snapshot_name}: {quoted(problem)}"
        )
    return volume


def _creation_failed(problem: str) -> SnapshotError:
    return SnapshotError(
        "SnapshotContentCreationFailed", f"Failed to create snapshot content with error {problem}"
    )
