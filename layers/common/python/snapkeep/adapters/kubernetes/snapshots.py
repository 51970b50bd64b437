"""VolumeSnapshots: creating and reading them, and whether the cluster can take any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.kubernetes.client import ClusterPart, KubernetesClient
from snapkeep.adapters.kubernetes.removal import (
    API,
    content_path,
    find,
    has_uid,
    remove_content,
    remove_snapshot,
    snapshot_path,
)
from snapkeep.domain import object_labels
from snapkeep.domain.drivers import DRIVERS, EBS_CSI, Driver
from snapkeep.domain.errors import NameTaken, NotAdmitted, NotFound
from snapkeep.domain.naming import label_value, snapshot_class
from snapkeep.domain.retention.deletion.deletions import Leftover, SnapshotContent
from snapkeep.domain.retention.deletion.orphans import ListedSnapshot
from snapkeep.domain.sizes import parse_quantity
from snapkeep.domain.times import compact
from snapkeep.ports.kubernetes import SnapshotSupport, VolumeSnapshot

if TYPE_CHECKING:
    from snapkeep.domain.points import Point

Document = dict[str, Any]


CRDS_MISSING = "the snapshot CRDs (snapshot.storage.k8s.io/v1) are not installed"


def support(client: KubernetesClient, driver: Driver = EBS_CSI) -> SnapshotSupport:
    """Whether the snapshot CRDs are served and our class for a driver exists and retains snapshots."""
    try:
        client.get(API)
    except NotFound:
        return SnapshotSupport(False, CRDS_MISSING, installed=False)
    name = snapshot_class(client.cluster, driver)
    try:
        found = client.get(f"{API}/volumesnapshotclasses/{name}")
    except NotFound:
        return SnapshotSupport(
            False, f"VolumeSnapshotClass {name} is missing: apply what `snapkeep manifests` prints"
        )
    if found.get("deletionPolicy") != "Retain":
        policy = found.get("deletionPolicy")
        return SnapshotSupport(
            False,
            f"VolumeSnapshotClass {name} has deletionPolicy {policy!r}, so deleting a namespace would "
            "delete its backups: apply what `snapkeep manifests` prints",
        )
    return SnapshotSupport(True)


class VolumeSnapshots(ClusterPart):
    """The VolumeSnapshots of one cluster, and their contents."""

    def snapshot_support(self, driver: str) -> SnapshotSupport:
        """Whether Snapkeep's VolumeSnapshots can be taken. A missing controller shows only later."""
        return support(self._client, DRIVERS[driver])

    def create_volume_snapshot(self, point: Point) -> str:
        """Create the VolumeSnapshot of a point, or find the point's own; returns its UID.

        Raises NameTaken when another object has the name, NotFound when the namespace or the CRD is gone, and
        NotAdmitted when a quota, a policy or a webhook refuses it.
        """
        wanted = manifest(self._client.cluster, point)
        path = f"{API}/namespaces/{point.claim.namespace}/volumesnapshots"
        try:
            return _uid(self._client.create(path, wanted))
        except NotAdmitted:
            # Quotas are checked before names: an object of an earlier call may be what fills the quota.
            found = find(self._client, f"{path}/{point.volume_snapshot}")
            if found is None or not is_of(self._client.cluster, found, point):
                raise
            return _uid(found)
        except NameTaken as error:
            found = self._client.get(f"{path}/{point.volume_snapshot}")
            if not is_of(self._client.cluster, found, point):
                raise NameTaken(
                    f"VolumeSnapshot {point.claim.namespace}/{point.volume_snapshot} exists and does not "
                    f"belong to run {point.run}"
                ) from error
            return _uid(found)

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        """The VolumeSnapshot's status, with the EC2 snapshot id that its content names; None if there is
        none.
        """
        try:
            found = self._client.get(f"{API}/namespaces/{namespace}/volumesnapshots/{name}")
        except NotFound:
            return None
        status = found.get("status") or {}
        content = _content(self._client, found)
        content_status = content.get("status") or {}
        return VolumeSnapshot(
            name=name,
            namespace=namespace,
            bound=bool(status.get("boundVolumeSnapshotContentName")),
            ready=status.get("readyToUse") is True,
            snapshot_id=content_status.get("snapshotHandle", ""),
            error=_message(status) or _message(content_status),
            restore_size_bytes=max(_size(status), _size(content_status)),
            driver=(content.get("spec") or {}).get("driver", ""),
        )

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        """A VolumeSnapshot that still exists, and what holds it; None when it is gone."""
        return _left(self._client, snapshot_path(namespace, name), "VolumeSnapshot", f"{namespace}/{name}")

    def snapshot_content_left(self, name: str) -> Leftover | None:
        """A VolumeSnapshotContent that still exists, and what holds it; None when it is gone."""
        return _left(self._client, content_path(name), "VolumeSnapshotContent", name)

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        """All contents, also those that name no snapshot yet. Without the CRD there are none.

        Imported ones name their snapshot in their spec, the others in their status.
        """
        try:
            for item in self._client.list(f"{API}/volumesnapshotcontents"):
                spec = item["spec"]
                reference = spec.get("volumeSnapshotRef") or {}
                imported = (spec.get("source") or {}).get("snapshotHandle", "")
                yield SnapshotContent(
                    name=item["metadata"]["name"],
                    snapshot_id=(item.get("status") or {}).get("snapshotHandle") or imported,
                    deletion_policy=spec.get("deletionPolicy", ""),
                    namespace=reference.get("namespace", ""),
                    volume_snapshot=reference.get("name", ""),
                    uid=item["metadata"]["uid"],
                    class_name=spec.get("volumeSnapshotClassName") or "",
                    created_at=_created(item),
                )
        except NotFound:
            return

    def listed_snapshots(self) -> Iterator[ListedSnapshot]:
        """All VolumeSnapshots with our label. Without the CRD there are none."""
        try:
            for item in self._client.list(
                f"{API}/volumesnapshots", {"labelSelector": f"{object_labels.MANAGED}=true"}
            ):
                metadata = item["metadata"]
                yield ListedSnapshot(metadata["namespace"], metadata["name"], _created(item), metadata["uid"])
        except NotFound:
            return

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshot whose content retains; one that is already gone is success."""
        remove_snapshot(self._client, namespace, name, has_uid(uid))

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshotContent that retains; one that is already gone is success."""
        remove_content(self._client, name, has_uid(uid))


def _created(item: Document) -> datetime:
    return datetime.fromisoformat(item["metadata"]["creationTimestamp"])


def manifest(cluster: str, point: Point) -> Document:
    """The VolumeSnapshot of a point. Labels are for people and selectors; annotations are authoritative."""
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {
            "name": point.volume_snapshot,
            "namespace": point.claim.namespace,
            "labels": {
                object_labels.MANAGED: "true",
                object_labels.POLICY: label_value(point.policy),
                object_labels.CLAIM: label_value(point.claim.name),
            },
            "annotations": {
                object_labels.RUN: point.run,
                object_labels.POLICY: point.policy,
                object_labels.SLOT: compact(point.slot),
                object_labels.CLAIM_UID: point.claim.uid,
                **({object_labels.NONCE: point.nonce} if point.nonce else {}),
            },
        },
        "spec": {
            "volumeSnapshotClassName": snapshot_class(cluster, DRIVERS[point.claim.driver]),
            "source": {"persistentVolumeClaimName": point.claim.name},
        },
    }


def is_of(cluster: str, document: Document, point: Point) -> bool:
    """True when a VolumeSnapshot was created for this very point: its nonce, run, claim and class match."""
    return _identity(document) == _identity(manifest(cluster, point))


def _uid(document: Document) -> str:
    return str(document["metadata"]["uid"])


def _identity(document: Document) -> tuple[str, ...]:
    """The fields that identify a VolumeSnapshot's point and claim; they cannot be forged without the
    nonce."""
    annotations, spec = document["metadata"].get("annotations") or {}, document["spec"]
    wanted = (object_labels.RUN, object_labels.CLAIM_UID, object_labels.NONCE)
    claim = (spec.get("source") or {}).get("persistentVolumeClaimName") or ""
    return (*(annotations.get(key, "") for key in wanted), claim, spec.get("volumeSnapshotClassName") or "")


def _left(client: KubernetesClient, path: str, kind: str, name: str) -> Leftover | None:
    try:
        found = client.get(path)
    except NotFound:
        return None
    return Leftover(kind, name, tuple(found["metadata"].get("finalizers") or ()))


def _content(client: KubernetesClient, snapshot: Document) -> Document:
    """The content bound to a VolumeSnapshot; {} when there is none or the two do not name each other.

    https://github.com/kubernetes-csi/external-snapshotter/blob/master/client/apis/volumesnapshot/v1/types.go
    """
    name = (snapshot.get("status") or {}).get("boundVolumeSnapshotContentName")
    if not name:
        return {}
    try:
        content = client.get(f"{API}/volumesnapshotcontents/{name}")
    except NotFound:
        return {}
    reference = content["spec"].get("volumeSnapshotRef") or {}
    return content if reference.get("uid") == snapshot["metadata"]["uid"] else {}


def _size(status: Document) -> int:
    """The restoreSize of a status in bytes: a quantity in a VolumeSnapshot, a number in a content."""
    try:
        return parse_quantity(str(status.get("restoreSize") or 0))
    except ValueError:
        return 0


def _message(status: Document) -> str:
    return str((status.get("error") or {}).get("message") or "")
