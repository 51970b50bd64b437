"""Makes the volume and the claim of a restored folder, with the person's own rights."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from snapkeep.domain import object_labels
from snapkeep_cli.cluster.kubectl import Document, Kubectl

BINDS_WITHIN_SECONDS = 60
EVERY_SECONDS = 1.0
SMALLEST = "1Gi"
MODES = ("ReadWriteMany",)


class NameTaken(Exception):
    """Somebody else's volume or claim has the name; the text says which."""


class NotBound(Exception):
    """The claim is not bound to its volume yet; the text says how it stands."""


def objects_of(restore: Document, labels: Mapping[str, str]) -> tuple[Document, Document]:
    """The static volume and the claim of a restore that is ready, as the API describes it.

    The volume is kept when the claim goes, and reserved for the claim, which names it. EFS ignores sizes, so
    the claim asks for what it asked for before.
    """
    claim, namespace, name = restore["claim"], restore["namespace"], restore["target"]
    common: Document = {
        "accessModes": list(claim["access_modes"] or MODES),
        "storageClassName": "",
        "volumeMode": "Filesystem",
    }
    size = {"storage": claim["requested"] or SMALLEST}
    ours = {
        "labels": {object_labels.RESTORED: restore["id"]},
        "annotations": {
            object_labels.RESTORE: restore["id"],
            object_labels.RESTORED_FROM: restore["recovery_point"],
        },
    }
    volume = {
        **common,
        "capacity": size,
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": namespace,
            "name": name,
        },
        "csi": {"driver": "efs.csi.aws.com", "volumeHandle": restore["volume_handle"]},
    }
    own = {**ours, "labels": {**labels, **ours["labels"]}, "name": name, "namespace": namespace}
    return (
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {**ours, "name": volume_name(restore)},
            "spec": volume,
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": own,
            "spec": {**common, "volumeName": volume_name(restore), "resources": {"requests": size}},
        },
    )


def volume_name(restore: Document) -> str:
    """The name of the volume of a restore."""
    return f"snapkeep-efs-{restore['id']}"


def make(
    kubectl: Kubectl,
    restore: Document,
    labels: Mapping[str, str],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Make the volume and the claim, unless an earlier try has, and wait until they are bound.

    Raises NameTaken, NotBound and KubectlFailed.
    """
    for each in objects_of(restore, labels):
        if not kubectl.create(each):
            _check_ours(kubectl, each, restore)
    end = clock() + BINDS_WITHIN_SECONDS
    while True:
        (claim,) = kubectl.objects("pvc", restore["namespace"], [restore["target"]]) or [{}]
        phase = claim.get("status", {}).get("phase", "gone")
        if phase == "Bound":
            return
        if clock() >= end:
            raise NotBound(
                f"claim {restore['namespace']}/{restore['target']} is {phase}, not bound to "
                f"{volume_name(restore)}, after {BINDS_WITHIN_SECONDS} s"
            )
        sleep(EVERY_SECONDS)


def _check_ours(kubectl: Kubectl, wanted: Document, restore: Document) -> None:
    """Raise NameTaken unless the object with that name was made by this restore."""
    meta, kind = wanted["metadata"], wanted["kind"]
    resource = "pv" if kind == "PersistentVolume" else "pvc"
    for found in kubectl.objects(resource, meta.get("namespace", ""), [meta["name"]]):
        if (found["metadata"].get("annotations") or {}).get(object_labels.RESTORE) == restore["id"]:
            return
    where = f"{meta['namespace']}/{meta['name']}" if "namespace" in meta else meta["name"]
    raise NameTaken(f"{kind} {where} exists and is not of this restore")
