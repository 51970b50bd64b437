"""The snapshot controller: VolumeSnapshots, their contents and the binding between the two.

Sequence and texts follow external-snapshotter v8, as seen on a real control plane.
https://kubernetes.io/docs/concepts/storage/volume-snapshots/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sandbox.driver import snapshot_words as words
from sandbox.driver.cluster import Cluster, add_finalizer, has_finalizer, is_deleting
from sandbox.driver.snapshot_deletion import SnapshotDeletion
from sandbox.driver.snapshot_source import new_content
from sandbox.driver.snapshot_words import Object, SnapshotError, is_ready, path_of
from sandbox.driver.switches import Faults
from sandbox.driver.worker import Backoff, Key, key_of
from sandbox.kubernetes.quantity import canonical
from sandbox.kubernetes.store import AlreadyExists, timestamp

COMPONENT = "snapshot-controller"


class SnapshotController:
    """Looks after VolumeSnapshots."""

    def __init__(self, cluster: Cluster, faults: Faults) -> None:
        self._cluster = cluster
        self._faults = faults
        self._deletion = SnapshotDeletion(cluster, COMPONENT)
        self._backoff = Backoff(0.5, 5.0)

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Snapshots, and the snapshot that a changed content belongs to."""
        if resource == words.SNAPSHOTS:
            yield key_of(obj)
        if resource == words.CONTENTS:
            reference = obj["spec"]["volumeSnapshotRef"]
            yield reference.get("namespace", ""), reference.get("name", "")

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bind, publish, delete; retry a failed snapshot with back-off."""
        if self._faults.switches.snapshot_controller == "missing":
            return {}
        again: dict[Key, float] = {}
        for key in keys:
            snapshot = self._cluster.find(words.SNAPSHOTS, *key)
            if snapshot is not None and not self._sync_one(snapshot):
                again[key] = self._backoff.next(key)
            else:
                self._backoff.forget(key)
        self._release_claims({namespace for namespace, _ in keys})
        return again

    def _sync_one(self, snapshot: Object) -> bool:
        """True if there is nothing to retry."""
        if is_deleting(snapshot) and not self._is_being_cut(snapshot):
            return self._deletion.advance(snapshot)
        try:
            self._protect(snapshot)
            self._publish(snapshot, self._content_of(snapshot))
            return True
        except SnapshotError as error:
            self._report(snapshot, error)
            return False

    def _is_being_cut(self, snapshot: Object) -> bool:
        """A snapshot is not deleted while the driver cuts it: its EC2 snapshot would be orphaned."""
        status = snapshot.get("status", {})
        name = snapshot["spec"]["source"].get("persistentVolumeClaimName")
        if not name or is_ready(snapshot) or "error" in status or not status:
            return False
        claim = self._cluster.find(words.CLAIMS, snapshot["metadata"]["namespace"], name)
        return claim is not None and has_finalizer(claim, words.CLAIM_PROTECTION)

    def _protect(self, snapshot: Object) -> None:
        held = snapshot["metadata"].get("finalizers", [])
        if words.SOURCE_PROTECTION not in held or words.BOUND_PROTECTION not in held:
            self._cluster.change(
                words.SNAPSHOTS,
                *key_of(snapshot),
                lambda obj: add_finalizer(obj, words.SOURCE_PROTECTION, words.BOUND_PROTECTION),
            )

    def _content_of(self, snapshot: Object) -> Object:
        name = snapshot["spec"]["source"].get("volumeSnapshotContentName")
        return self._imported(snapshot, name) if name else self._dynamic(snapshot)

    def _imported(self, snapshot: Object, name: str) -> Object:
        """The content an admin made for an existing EC2 snapshot; binding writes the snapshot's uid to it."""
        content = self._cluster.find(words.CONTENTS, None, name)
        if content is None:
            raise SnapshotError("SnapshotContentMissing", "VolumeSnapshotContent is missing")
        if "snapshotHandle" not in content["spec"]["source"]:
            text = "VolumeSnapshotContent is dynamically provisioned while expecting a pre-provisioned one"
            raise SnapshotError("SnapshotContentMismatch", text)
        if not words.points_at(content, snapshot):
            text = f"VolumeSnapshotContent [{name}] is bound to a different snapshot"
            raise SnapshotError("SnapshotContentMisbound", text)

        def bind(obj: Object) -> None:
            obj["spec"]["volumeSnapshotRef"]["uid"] = snapshot["metadata"]["uid"]
            add_finalizer(obj, words.CONTENT_PROTECTION)

        return self._cluster.change(words.CONTENTS, None, name, bind) or content

    def _dynamic(self, snapshot: Object) -> Object:
        name = f"snapcontent-{snapshot['metadata']['uid']}"
        content = self._cluster.find(words.CONTENTS, None, name)
        if content is not None:
            return content
        if is_ready(snapshot):
            raise SnapshotError("SnapshotContentMissing", "VolumeSnapshotContent is missing")
        try:
            content = self._cluster.store.create(words.CONTENTS, None, new_content(self._cluster, snapshot))
        except AlreadyExists:
            return self._cluster.store.get(words.CONTENTS, None, name)
        text = f"Waiting for a snapshot {path_of(snapshot)} to be created by the CSI driver."
        self._cluster.normal(snapshot, COMPONENT, "CreatingSnapshot", text)
        return content

    def _publish(self, snapshot: Object, content: Object) -> None:
        """Copy the driver's results from the content to the snapshot, and report them in events."""
        old, new = snapshot.get("status", {}), _status(content)
        if old == new:
            return
        changed = self._cluster.change(
            words.SNAPSHOTS, *key_of(snapshot), lambda obj: obj.__setitem__("status", new)
        )
        if changed is None:
            return
        name = path_of(snapshot)
        if "creationTime" in new and "creationTime" not in old:
            text = f"Snapshot {name} was successfully created by the CSI driver."
            self._cluster.normal(snapshot, COMPONENT, "SnapshotCreated", text)
        if new["readyToUse"] and not old.get("readyToUse"):
            self._cluster.normal(snapshot, COMPONENT, "SnapshotReady", f"Snapshot {name} is ready to use.")

    def _report(self, snapshot: Object, error: SnapshotError) -> None:
        """Write status and event only if the text changes, as the real controller does."""
        if snapshot.get("status", {}).get("error", {}).get("message") == str(error):
            return

        def fail(obj: Object) -> None:
            status = obj.setdefault("status", {})
            status["error"] = {"message": str(error), "time": self._cluster.now()}
            if error.known_not_ready:
                status["readyToUse"] = False

        self._cluster.change(words.SNAPSHOTS, *key_of(snapshot), fail)
        self._cluster.warning(snapshot, COMPONENT, error.reason, str(error))

    def _release_claims(self, namespaces: set[str]) -> None:
        """A claim is protected while a snapshot of it is being cut; the protection ends with the last one."""
        for namespace in namespaces:
            held = [
                claim
                for claim in self._cluster.peek(words.CLAIMS, namespace)
                if has_finalizer(claim, words.CLAIM_PROTECTION)
            ]
            if held:
                self._deletion.release_claims(namespace, held)


def _status(content: Object) -> Object:
    known = content.get("status", {})
    status: Object = {
        "boundVolumeSnapshotContentName": content["metadata"]["name"],
        "readyToUse": known.get("readyToUse", False),
    }
    if "creationTime" in known:
        status["creationTime"] = timestamp(datetime.fromtimestamp(known["creationTime"] / 1e9, UTC))
    if "restoreSize" in known:
        status["restoreSize"] = canonical(known["restoreSize"], binary=True)
    if "error" in known:
        status["error"] = known["error"]
    return status
