"""Withdraws a VolumeSnapshot before the driver takes a snapshot for it.

The content is also deleted: our class retains, so it would outlive its VolumeSnapshot, and the sidecar keeps
calling CreateSnapshot for an existing content. The sidecar releases a content only after the VolumeSnapshot's
deletion was requested, and not while a driver call is in progress.
https://github.com/kubernetes-csi/external-snapshotter/blob/master/pkg/sidecar-controller/snapshot_controller.go
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.kubernetes.removal import (
    CONTENTS,
    bound_contents,
    find,
    has_uid,
    remove_content,
    remove_snapshot,
    snapshot_path,
)
from snapkeep.adapters.kubernetes.snapshots import VolumeSnapshots, is_of
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.naming import snapshot_class
from snapkeep.domain.retention.deletion.deletions import Withdrawn

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import KubernetesClient
    from snapkeep.domain.points import Point

Document = dict[str, Any]


class WithdrawableSnapshots(VolumeSnapshots):
    """VolumeSnapshots that can be withdrawn while EC2 has no snapshot for them."""

    def withdraw_volume_snapshot(self, point: Point, useless: str = "") -> Withdrawn:
        """Delete the point's VolumeSnapshot and its content, unless a snapshot was taken; returns what still
        exists.

        A snapshot with the id `useless` does not count. Only objects created for the point are deleted, each
        by its UID. Raises PermanentError for a content that does not retain, and what the client raises.
        """
        found = find(self._client, snapshot_path(point.claim.namespace, point.volume_snapshot))
        if found is not None and not is_of(self._client.cluster, found, point):
            return Withdrawn()  # somebody else's, and so is its snapshot
        contents = [
            each
            for each in (
                _listed(self._client, point) if found is None else bound_contents(self._client, found)
            )
            if _is_made_for(self._client, each, point)
        ]
        for each in contents:
            if not _is_useless(each, useless):
                return Withdrawn(_handle(each), cut_at=_cut_at(each))
        if found is not None:
            name = point.volume_snapshot
            remove_snapshot(self._client, point.claim.namespace, name, has_uid(found["metadata"]["uid"]))

        def is_unwanted(content: Document) -> bool:
            """True when no snapshot was taken meanwhile; otherwise the content stays, and the next read finds
            it."""
            return _is_made_for(self._client, content, point) and _is_useless(content, useless)

        names = [each["metadata"]["name"] for each in contents]
        for name in names:
            remove_content(self._client, name, is_unwanted)
        return self._left_of(point, found is not None, names)

    def _left_of(self, point: Point, had_snapshot: bool, contents: Sequence[str]) -> Withdrawn:
        left = (
            [self.volume_snapshot_left(point.claim.namespace, point.volume_snapshot)] if had_snapshot else []
        )
        left += [self.snapshot_content_left(name) for name in contents]
        return Withdrawn(left=tuple(item for item in left if item is not None))


def _listed(client: KubernetesClient, point: Point) -> list[Document]:
    """The contents that name the point's VolumeSnapshot when that is gone."""
    wanted = (point.claim.namespace, point.volume_snapshot)
    references = [(each, each["spec"].get("volumeSnapshotRef") or {}) for each in client.list(CONTENTS)]
    return [each for each, ref in references if (ref.get("namespace"), ref.get("name")) == wanted]


def _is_made_for(client: KubernetesClient, content: Document, point: Point) -> bool:
    spec = content["spec"]
    source = (spec.get("source") or {}).get("volumeHandle")
    reference = spec.get("volumeSnapshotRef") or {}
    return (
        source == point.volume_id
        and spec.get("volumeSnapshotClassName") == snapshot_class(client.cluster, DRIVERS[point.claim.driver])
        and (reference.get("namespace"), reference.get("name"))
        == (point.claim.namespace, point.volume_snapshot)
    )


def _is_useless(content: Document, useless: str) -> bool:
    return _handle(content) in ("", useless)


def _handle(content: Document) -> str:
    return str((content.get("status") or {}).get("snapshotHandle") or "")


def _cut_at(content: Document) -> datetime | None:
    """The creation time; the status has it in nanoseconds since 1970.
    https://kubernetes.io/docs/reference/kubernetes-api/ (VolumeSnapshotContentStatus, creationTime)
    """
    nanoseconds = (content.get("status") or {}).get("creationTime")
    return datetime.fromtimestamp(nanoseconds / 10**9, UTC) if nanoseconds else None
