"""Deleting a VolumeSnapshot: who waits for whom.

Delete: the snapshot waits for its content, the content for EC2. Retain: only the VolumeSnapshot goes.
A snapshot stays while a Pending claim wants to be restored from it.
"""

from __future__ import annotations

from sandbox.driver import snapshot_words as words
from sandbox.driver.cluster import Cluster, annotate, drop_finalizer, is_deleting
from sandbox.driver.snapshot_words import Object, is_ready
from sandbox.driver.worker import key_of


class SnapshotDeletion:
    """The deletion rules of the snapshot controller."""

    def __init__(self, cluster: Cluster, component: str) -> None:
        self._cluster = cluster
        self._component = component

    def advance(self, snapshot: Object) -> bool:
        """Go one step; False if it must be retried later. The content's end triggers the next step."""
        content = self._content_of(snapshot)
        if content is not None and self._is_being_restored(snapshot):
            text = "Snapshot is being used to restore a PVC"
            self._cluster.warning(snapshot, self._component, "SnapshotDeletePending", text)
            return False
        if content is not None:
            self._mark(content)
            if content["spec"]["deletionPolicy"] == "Delete":
                if not is_deleting(content):
                    self._cluster.delete(words.CONTENTS, None, content["metadata"]["name"])
                return True
        self._cluster.change(
            words.SNAPSHOTS,
            *key_of(snapshot),
            lambda obj: drop_finalizer(obj, words.SOURCE_PROTECTION, words.BOUND_PROTECTION),
        )
        return True

    def release_claims(self, namespace: str, held: list[Object]) -> None:
        """Remove snapshot protection from claims that no unfinished snapshot names."""
        unfinished = {
            snapshot["spec"]["source"].get("persistentVolumeClaimName")
            for snapshot in self._cluster.peek(words.SNAPSHOTS, namespace)
            if not is_ready(snapshot)
        }
        for claim in held:
            if claim["metadata"]["name"] not in unfinished:
                self._cluster.change(
                    words.CLAIMS, *key_of(claim), lambda obj: drop_finalizer(obj, words.CLAIM_PROTECTION)
                )

    def _content_of(self, snapshot: Object) -> Object | None:
        bound = snapshot.get("status", {}).get("boundVolumeSnapshotContentName")
        name = bound or f"snapcontent-{snapshot['metadata']['uid']}"
        content = self._cluster.find(words.CONTENTS, None, name)
        return content if content is not None and words.points_at(content, snapshot) else None

    def _is_being_restored(self, snapshot: Object) -> bool:
        namespace, name = key_of(snapshot)
        return any(
            words.source_snapshot(claim) == name and claim.get("status", {}).get("phase") == "Pending"
            for claim in self._cluster.peek(words.CLAIMS, namespace)
        )

    def _mark(self, content: Object) -> None:
        """Without this mark the sidecar deletes nothing, whatever the policy."""
        self._cluster.change(
            words.CONTENTS,
            None,
            content["metadata"]["name"],
            lambda obj: annotate(obj, **{words.BEING_DELETED: "yes"}),
        )
