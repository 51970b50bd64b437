"""Converts claims, volumes and pods from Kubernetes API dictionaries to domain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from snapkeep.domain.claims import Claim, ScratchVolume, Volume, VolumeKind
from snapkeep.domain.drivers import DRIVERS, EBS_CSI, IN_TREE
from snapkeep.domain.efs.handles import handle_in_full
from snapkeep.domain.sizes import parse_quantity

Document = Mapping[str, Any]

MIGRATED_TO = "pv.kubernetes.io/migrated-to"
"""Set by the volume controller when it hands an in-tree volume to a CSI driver.
https://kubernetes.io/docs/reference/labels-annotations-taints/#pv-kubernetes-io-migrated-to
"""

CSI_KINDS = {
    **dict.fromkeys(DRIVERS, VolumeKind.EBS_CSI),
    "efs.csi.aws.com": VolumeKind.EFS,
    "s3.csi.aws.com": VolumeKind.S3,
}

S3_FILES = "s3files:"
"""How handles of EFS's driver begin whose file systems are views of S3 buckets.
https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/pkg/driver/node.go (parseVolumeId)
"""

ZONE_KEYS = (
    "topology.kubernetes.io/zone",
    "topology.ebs.csi.aws.com/zone",
    "failure-domain.beta.kubernetes.io/zone",
)

NOT_SOURCES = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)
"""Fields of a PersistentVolume's spec that are not its volume source."""


def volume_of(document: Document) -> Volume:
    """The volume behind a PersistentVolume; unknown kinds are OTHER, with the name of their source."""
    spec = document["spec"]
    return replace(
        _source_of(document),
        size_bytes=bytes_of(str((spec.get("capacity") or {}).get("storage", ""))),
        partition=_partition(spec),
    )


def _partition(spec: Document) -> str:
    """The partition that a static volume names; the driver reads "0" as the whole volume.

    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/pkg/driver/node.go
    """
    attributes = (spec.get("csi") or {}).get("volumeAttributes") or {}
    named = attributes.get("partition") or (spec.get("awsElasticBlockStore") or {}).get("partition") or ""
    return "" if str(named) == "0" else str(named)


def _source_of(document: Document) -> Volume:
    spec = document["spec"]
    zone = _zone(document)
    if "csi" in spec:
        return _csi_volume(document, zone)
    if "awsElasticBlockStore" in spec:
        return _in_tree_volume(document, zone)
    name = document["metadata"]["name"]
    if "hostPath" in spec:
        path = str(spec["hostPath"].get("path", ""))
        return Volume(name, VolumeKind.HOST_PATH, "kubernetes.io/host-path", path, zone=zone)
    if "local" in spec:
        path = str(spec["local"].get("path", ""))
        return Volume(name, VolumeKind.LOCAL, "kubernetes.io/local-volume", path, zone=zone)
    source = next((key for key in sorted(spec) if key not in NOT_SOURCES), "unknown")
    return Volume(name, VolumeKind.OTHER, source, "", zone=zone)


def claim_of(document: Document, cluster: str, volumes: Mapping[str, Volume]) -> Claim:
    """A PersistentVolumeClaim with its volume, looked up by name among `volumes`."""
    metadata, spec = document["metadata"], document["spec"]
    annotations = metadata.get("annotations") or {}
    requested = str((spec.get("resources", {}).get("requests") or {}).get("storage", ""))
    storage_class = spec.get("storageClassName")
    if storage_class is None:
        storage_class = annotations.get("volume.beta.kubernetes.io/storage-class", "")
    return Claim(
        cluster=cluster,
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        phase=document.get("status", {}).get("phase", "Pending"),
        requested=requested,
        requested_bytes=bytes_of(requested),
        storage_class=storage_class,
        access_modes=tuple(spec.get("accessModes") or ()),
        volume_mode=spec.get("volumeMode") or "Filesystem",
        volume=volumes.get(spec.get("volumeName") or ""),
        labels=dict(metadata.get("labels") or {}),
        annotations=dict(annotations),
        deleting="deletionTimestamp" in metadata,
    )


def scratch_volumes_of(pod: Document, cluster: str) -> Iterator[ScratchVolume]:
    """The emptyDir and hostPath volumes of a pod."""
    metadata = pod["metadata"]
    for volume in pod["spec"].get("volumes") or []:
        for kind in ("emptyDir", "hostPath"):
            if kind in volume:
                yield ScratchVolume(cluster, metadata["namespace"], metadata["name"], volume["name"], kind)


def _csi_volume(document: Document, zone: str) -> Volume:
    source = document["spec"]["csi"]
    driver, handle = source["driver"], source.get("volumeHandle", "")
    kind = CSI_KINDS.get(driver, VolumeKind.OTHER)
    if kind is VolumeKind.EFS:
        kind = VolumeKind.S3 if handle.startswith(S3_FILES) else kind
        handle = handle_in_full(handle, document["spec"].get("mountOptions") or ())
    return Volume(
        name=document["metadata"]["name"],
        kind=kind,
        driver=driver,
        handle=handle,
        fs_type=source.get("fsType", ""),
        zone=zone,
    )


def _in_tree_volume(document: Document, zone: str) -> Volume:
    """A volume of the in-tree plugin; its volumeID is `vol-…` or `aws://zone/vol-…`."""
    source = document["spec"]["awsElasticBlockStore"]
    migrated = (document["metadata"].get("annotations") or {}).get(MIGRATED_TO) == EBS_CSI.name
    parts = str(source["volumeID"]).removeprefix("aws://").split("/")
    return Volume(
        name=document["metadata"]["name"],
        kind=VolumeKind.EBS_MIGRATED if migrated else VolumeKind.EBS_IN_TREE,
        driver=EBS_CSI.name if migrated else IN_TREE,
        handle=parts[-1],
        fs_type=source.get("fsType", ""),
        zone=zone or (parts[-2] if len(parts) > 1 else ""),
    )


def _zone(document: Document) -> str:
    """The availability zone of a PersistentVolume, from its node affinity or else its labels."""
    affinity = document["spec"].get("nodeAffinity", {}).get("required", {})
    for term in affinity.get("nodeSelectorTerms") or []:
        for expression in term.get("matchExpressions") or []:
            if expression.get("key") in ZONE_KEYS and expression.get("values"):
                return str(expression["values"][0])
    labels = document["metadata"].get("labels") or {}
    return next((str(labels[key]) for key in ZONE_KEYS if key in labels), "")


def bytes_of(quantity: str) -> int:
    """A quantity in bytes; 0 when it is invalid, because one odd claim must not stop the others."""
    try:
        return parse_quantity(quantity)
    except ValueError:
        return 0
