"""Claims restored from recovery points, and the VolumeSnapshots imported for them.

An import is a VolumeSnapshotContent that names the EBS snapshot, and a VolumeSnapshot that names the content.
The content retains: whatever is deleted in the cluster, the EBS snapshot stays.
https://kubernetes.io/docs/concepts/storage/volume-snapshots/#static
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.kubernetes.claims import volume_of
from snapkeep.adapters.kubernetes.client import ClusterPart, KubernetesClient
from snapkeep.adapters.kubernetes.removal import API, find, remove, remove_content, remove_snapshot
from snapkeep.domain import object_labels
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.errors import NameTaken, NotAdmitted, TemporaryError
from snapkeep.domain.naming import label_value, snapshot_class
from snapkeep.domain.restore.bindings import Binding
from snapkeep.domain.restore.progress import SELECTED_NODE, ClaimEvent, RestoredClaim
from snapkeep.domain.sizes import format_quantity

if TYPE_CHECKING:
    from snapkeep.domain.restore.operations import RestoreOperation

VOLUMES = "/api/v1/persistentvolumes"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"

Document = dict[str, Any]


class RestoredObjects(ClusterPart):
    """What restores create in one cluster."""

    def import_snapshot(self, restore: RestoreOperation) -> None:
        """Create the content, then the VolumeSnapshot, which would show an error without a content."""
        _create(
            self._client, f"{API}/volumesnapshotcontents", content_manifest(self._client.cluster, restore)
        )
        _create(self._client, _snapshots(restore), snapshot_manifest(self._client.cluster, restore))

    def create_restored_claim(self, restore: RestoreOperation) -> None:
        """Create the claim, or find it; raises NameTaken when another claim has the name.

        A claim of this restore whose VolumeSnapshot is gone or being deleted is itself deleted if it has no
        volume yet, because a claim's source cannot be changed; TemporaryError then asks to retry
        once it is gone.
        """
        found = _create(self._client, _claims(restore), claim_manifest(restore))
        made_from = (found["spec"].get("dataSource") or {}).get("name", restore.source)
        if made_from != restore.source and not found["spec"].get("volumeName"):
            remove(self._client, f"{_claims(restore)}/{restore.target}", _without_volume(restore))
            raise TemporaryError(
                f"claim {restore.namespace}/{restore.target} is created again: {made_from} is gone"
            )

    def restored_claim(self, restore: RestoreOperation) -> RestoredClaim | None:
        """The claim under the restore's name, with what it waits for and its events, oldest first."""
        claim = find(self._client, f"{_claims(restore)}/{restore.target}")
        if claim is None:
            return None
        binding = _binding(self._client, claim)
        phase = (claim.get("status") or {}).get("phase") or "Pending"
        if phase == "Bound" and binding is None:
            phase = "Lost"  # the volume was deleted, and the volume controller is about to notice
        pending = phase == "Pending"
        snapshot = _living_snapshot(self._client, restore) if pending else None
        ready, error = _readiness(snapshot, restore) if pending else (True, "")
        return RestoredClaim(
            phase=phase,
            operation=_owner(claim),
            waits_for_consumer=pending
            and _binds_late(self._client, claim["spec"].get("storageClassName") or ""),
            node_selected=SELECTED_NODE in (claim["metadata"].get("annotations") or {}),
            binding=binding or (None if pending else Binding(claim["spec"].get("volumeName") or "")),
            snapshot_ready=ready,
            snapshot_error=error,
            snapshot_gone=pending and snapshot is None,
            events=_events(self._client, restore, claim["metadata"]["uid"]),
        )

    def remove_imported_snapshot(self, restore: RestoreOperation) -> None:
        """Delete each import's VolumeSnapshot, then its content, and only objects that name this restore.

        Raises PermanentError for a content that does not retain.
        """

        def is_ours(found: Document) -> bool:
            return _owner(found) == restore.id

        for name in restore.all_objects:
            remove_snapshot(self._client, restore.namespace, name, is_ours)
            remove_content(self._client, name, is_ours)

    def remove_restored_claim(self, restore: RestoreOperation) -> None:
        """Delete the claim only while it has no volume: a bound one may already hold data."""
        remove(self._client, f"{_claims(restore)}/{restore.target}", _without_volume(restore))


def _binding(client: KubernetesClient, claim: Document) -> Binding | None:
    """What a claim is bound to; None while it is not bound, and when the volume is gone."""
    name = claim["spec"].get("volumeName") or ""
    if not name or (claim.get("status") or {}).get("phase") != "Bound":
        return None
    found = find(client, f"{VOLUMES}/{name}")
    if found is None:
        return None
    volume = volume_of(found)
    return Binding(name, volume.handle if volume.kind.is_ebs else "")


def content_manifest(cluster: str, restore: RestoreOperation) -> Document:
    """The pre-provisioned VolumeSnapshotContent of an import."""
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshotContent",
        "metadata": {"name": restore.objects, **_marks(restore)},
        "spec": {
            "deletionPolicy": "Retain",
            "driver": restore.driver,
            "source": {"snapshotHandle": restore.snapshot_id},
            "sourceVolumeMode": restore.volume_mode,
            "volumeSnapshotClassName": snapshot_class(cluster, DRIVERS[restore.driver]),
            "volumeSnapshotRef": {"name": restore.objects, "namespace": restore.namespace},
        },
    }


def snapshot_manifest(cluster: str, restore: RestoreOperation) -> Document:
    """The VolumeSnapshot of an import."""
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {"name": restore.objects, "namespace": restore.namespace, **_marks(restore)},
        "spec": {
            "source": {"volumeSnapshotContentName": restore.objects},
            "volumeSnapshotClassName": snapshot_class(cluster, DRIVERS[restore.driver]),
        },
    }


def claim_manifest(restore: RestoreOperation) -> Document:
    """The claim. No annotation of the old one is copied, least of all the node it was bound on."""
    marks = _marks(restore)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": restore.target,
            "namespace": restore.namespace,
            "labels": {**restore.labels, **marks["labels"]},
            "annotations": {
                **marks["annotations"],
                object_labels.RESTORED_FROM: restore.point_id,
                **({object_labels.ZONE: restore.zone} if restore.zone else {}),
            },
        },
        "spec": {
            "accessModes": list(restore.access_modes),
            "dataSource": {
                "apiGroup": "snapshot.storage.k8s.io",
                "kind": "VolumeSnapshot",
                "name": restore.source,
            },
            "resources": {"requests": {"storage": format_quantity(restore.size_bytes)}},
            "storageClassName": restore.storage_class,
            "volumeMode": restore.volume_mode,
        },
    }


def _marks(restore: RestoreOperation) -> Document:
    return {
        "labels": {object_labels.RESTORED: label_value(restore.id)},
        "annotations": {object_labels.RESTORE: restore.id},
    }


def _create(client: KubernetesClient, path: str, wanted: Document) -> Document:
    """The object, created now or earlier by this restore; raises NameTaken for any other.

    The API server checks quotas before names, so an object that this restore created earlier may be what
    fills the quota.
    """
    name = wanted["metadata"]["name"]
    try:
        client.create(path, wanted)
    except NotAdmitted:
        found = find(client, f"{path}/{name}")
        if found is None or _owner(found) != _owner(wanted):
            raise
        return found
    except NameTaken as error:
        found = find(client, f"{path}/{name}")
        if found is None or _owner(found) != _owner(wanted):
            where = f"{wanted['metadata'].get('namespace', '')}/{name}".lstrip("/")
            raise NameTaken(
                f"{wanted['kind']} {where} exists and was not created by this restore: "
                "choose another name, or delete that one"
            ) from error
        return found
    return wanted


def _without_volume(restore: RestoreOperation) -> Callable[[Document], bool]:
    """A test for a claim of this restore without a volume."""
    return lambda claim: _owner(claim) == restore.id and not claim["spec"].get("volumeName")


def _living_snapshot(client: KubernetesClient, restore: RestoreOperation) -> Document | None:
    """The source of the claim; None when it is gone or being deleted.

    The snapshot controller keeps a deleted source until no pending claim names it, while the provisioner
    creates no volume from it: each would wait for the other.
    https://github.com/kubernetes-csi/external-snapshotter (volumesnapshot-as-source-protection)
    """
    found = find(client, f"{_snapshots(restore)}/{restore.source}")
    return None if found is None or found["metadata"].get("deletionTimestamp") else found


def _readiness(snapshot: Document | None, restore: RestoreOperation) -> tuple[bool, str]:
    if snapshot is None:
        return False, f"VolumeSnapshot {restore.source} is gone"
    status = snapshot.get("status") or {}
    return status.get("readyToUse") is True, str((status.get("error") or {}).get("message") or "")


def _binds_late(client: KubernetesClient, storage_class: str) -> bool:
    found = find(client, f"{CLASSES}/{storage_class}") if storage_class else None
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def _events(client: KubernetesClient, restore: RestoreOperation, uid: str) -> tuple[ClaimEvent, ...]:
    path = f"/api/v1/namespaces/{restore.namespace}/events"
    found = client.list(path, {"fieldSelector": f"involvedObject.uid={uid}"})
    return tuple(sorted(map(_event, found), key=lambda event: event.at))


def _event(item: Document) -> ClaimEvent:
    times = (item.get("lastTimestamp"), item.get("eventTime"), item["metadata"].get("creationTimestamp"))
    at = next((datetime.fromisoformat(text) for text in times if text), datetime.fromtimestamp(0, UTC))
    return ClaimEvent(
        at=at,
        type=item.get("type") or "Normal",
        reason=item.get("reason") or "",
        message=item.get("message") or "",
        count=item.get("count") or 1,
    )


def _owner(document: Document) -> str:
    """The restore an object was created for; empty when it is not one of ours."""
    return str((document["metadata"].get("annotations") or {}).get(object_labels.RESTORE, ""))


def _claims(restore: RestoreOperation) -> str:
    return f"/api/v1/namespaces/{restore.namespace}/persistentvolumeclaims"


def _snapshots(restore: RestoreOperation) -> str:
    return f"{API}/namespaces/{restore.namespace}/volumesnapshots"
