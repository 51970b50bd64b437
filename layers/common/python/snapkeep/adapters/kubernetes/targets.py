"""Reads the target of a restore from a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.kubernetes.claims import bytes_of, volume_of
from snapkeep.adapters.kubernetes.snapshots import support
from snapkeep.domain.drivers import DRIVERS, EBS_CSI
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.naming import is_claim_name
from snapkeep.domain.restore.suggestions import other_names
from snapkeep.domain.restore.targets import ClassFacts, FreeVolume, LimitFacts, QuotaFacts, TargetFacts

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import KubernetesClient

CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
ZONE_LABELS = frozenset({"topology.kubernetes.io/zone", "topology.ebs.csi.aws.com/zone"})
NODE_ZONE = "topology.kubernetes.io/zone"

LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/snapshot-controller-leader"
NAMES = 5
"""How many other names are looked up when the claim exists."""

SILENCE = timedelta(minutes=5)
"""How long a lease may go without renewal; a leader renews it every few seconds."""

Document = dict[str, Any]


def read_target(
    client: KubernetesClient, namespace: str, claim: str, region: str, now: datetime
) -> TargetFacts:
    """The namespace, its quotas, whether the name is taken, the classes and the zones with nodes."""
    found = _find(client, f"/api/v1/namespaces/{namespace}")
    there = found is not None
    taken = there and is_claim_name(claim) and _has_claim(client, namespace, claim)
    return TargetFacts(
        region=region,
        namespace_phase=_phase(found),
        claim_exists=taken,
        free_name=_free_name(client, namespace, claim) if taken else "",
        quotas=_quotas(client, namespace) if there else (),
        limits=_limits(client, namespace) if there else (),
        classes=(classes := read_classes(client)),
        node_zones=frozenset(zone for node in client.list("/api/v1/nodes") if (zone := _zone(node))),
        free_volumes=tuple(_free_volumes(client, namespace, claim)) if there else (),
        no_snapshots=_no_snapshots(client, {item.provisioner for item in classes.values()}),
        controller_silent_since=_silent_since(client, now),
    )


def read_classes(client: KubernetesClient) -> dict[str, ClassFacts]:
    """The storage classes by name."""
    return {item.name: item for item in map(_class, client.list(CLASSES))}


def _no_snapshots(client: KubernetesClient, provisioners: Collection[str]) -> dict[str, str]:
    """Why a driver's snapshots cannot be restored here, by driver; only drivers with a class are checked, and
    the open-source one, which serves in-tree volumes."""
    asked = [driver for driver in DRIVERS.values() if driver.name in provisioners or driver is EBS_CSI]
    reasons = {driver.name: support(client, driver).reason for driver in asked}
    return {name: reason for name, reason in reasons.items() if reason}


def _phase(namespace: Document | None) -> str:
    if namespace is None:
        return ""
    if namespace["metadata"].get("deletionTimestamp"):
        return "Terminating"
    return str((namespace.get("status") or {}).get("phase") or "Active")


def _has_claim(client: KubernetesClient, namespace: str, claim: str) -> bool:
    """Lists by name instead of reading: an invalid name must not become part of a path."""
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    return any(True for _ in client.list(path, {"fieldSelector": f"metadata.name={claim}"}))


def _free_name(client: KubernetesClient, namespace: str, taken: str) -> str:
    """A name of no claim there; "" when the first few are taken, too."""
    tried = islice(other_names(taken), NAMES)
    return next((name for name in tried if not _has_claim(client, namespace, name)), "")


def _quotas(client: KubernetesClient, namespace: str) -> tuple[QuotaFacts, ...]:
    return tuple(
        QuotaFacts(
            name=item["metadata"]["name"],
            hard=item.get("status", {}).get("hard") or item["spec"].get("hard") or {},
            used=item.get("status", {}).get("used") or {},
        )
        for item in client.list(f"/api/v1/namespaces/{namespace}/resourcequotas")
    )


def _limits(client: KubernetesClient, namespace: str) -> tuple[LimitFacts, ...]:
    return tuple(
        LimitFacts(
            name=item["metadata"]["name"],
            smallest=str((limit.get("min") or {}).get("storage", "")),
            largest=str((limit.get("max") or {}).get("storage", "")),
        )
        for item in client.list(f"/api/v1/namespaces/{namespace}/limitranges")
        for limit in item["spec"].get("limits") or []
        if limit.get("type") == "PersistentVolumeClaim"
    )


def _free_volumes(client: KubernetesClient, namespace: str, claim: str) -> Iterator[FreeVolume]:
    """The volumes that a new claim of that name may get, without those being deleted."""
    for item in client.list("/api/v1/persistentvolumes"):
        spec, reference = item["spec"], item["spec"].get("claimRef") or {}
        available = (item.get("status") or {}).get("phase") == "Available"
        mine = (reference.get("namespace"), reference.get("name")) == (namespace, claim)
        if not available or "deletionTimestamp" in item["metadata"] or (reference and not mine):
            continue
        yield FreeVolume(
            name=item["metadata"]["name"],
            size_bytes=bytes_of((spec.get("capacity") or {}).get("storage", "")),
            storage_class=spec.get("storageClassName") or "",
            access_modes=tuple(spec.get("accessModes") or ()),
            volume_mode=spec.get("volumeMode") or "Filesystem",
            zone=volume_of(item).zone,
            reserved=mine,
        )


def _silent_since(client: KubernetesClient, now: datetime) -> datetime | None:
    """When the controller last renewed its lease, if that is long ago; None without leader election.

    https://github.com/kubernetes-csi/external-snapshotter (snapshot controller, `--leader-election`)
    """
    try:
        lease = client.get(LEASE)
    except PermanentError:  # there is no lease, or reading it is not allowed: unknown
        return None
    renewed = (lease.get("spec") or {}).get("renewTime")
    at = datetime.fromisoformat(renewed) if renewed else None
    return at if at and now - at > SILENCE else None


def _class(item: Document) -> ClassFacts:
    """The class's facts. The type parameter is case-insensitive and defaults to gp3.

    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
    """
    parameters = {key.lower(): value for key, value in (item.get("parameters") or {}).items()}
    return ClassFacts(
        name=item["metadata"]["name"],
        provisioner=item.get("provisioner", ""),
        waits_for_consumer=item.get("volumeBindingMode") == "WaitForFirstConsumer",
        volume_type=parameters.get("type", "gp3"),
        fs_type=parameters.get("csi.storage.k8s.io/fstype") or parameters.get("fstype", ""),
        zones=tuple(
            zone
            for term in item.get("allowedTopologies") or []
            for expression in term.get("matchLabelExpressions") or []
            if expression.get("key") in ZONE_LABELS
            for zone in expression.get("values") or []
        ),
    )


def _zone(node: Document) -> str:
    return str((node["metadata"].get("labels") or {}).get(NODE_ZONE, ""))


def _find(client: KubernetesClient, path: str) -> Document | None:
    try:
        return client.get(path)
    except NotFound:
        return None
