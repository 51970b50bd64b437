"""Where the volume will be: the requested zone, the zones of the class, and the zones with nodes.

A snapshot can be restored in every zone of its Region. Kubernetes has no field for a claim's zone: a class
that waits for a consumer creates the volume where the first pod is scheduled; any other class chooses a zone
itself.
https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.restore.findings import Finding, error, info, warning
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts

ZONE_LABEL = "topology.kubernetes.io/zone"


def place_findings(request: RestoreRequest, found: ClassFacts, target: TargetFacts) -> Iterator[Finding]:
    """Whether a pod can reach the volume, and whether the volume will be in the requested zone."""
    if request.zone and found.zones and request.zone not in found.zones:
        yield error(
            "zone_not_allowed",
            f"storage class {found.name} creates volumes in {', '.join(found.zones)} only, "
            f"not in {request.zone}",
            "choose one of these zones, or another class",
        )
    elif not target.node_zones:
        yield warning(
            "no_nodes",
            f"cluster {request.cluster} has no node with a zone now: no pod can use the volume yet",
            "start a node, or let the autoscaler do it once the first pod exists",
        )
    elif request.zone and request.zone not in target.node_zones:
        yield warning(
            "zone_without_nodes",
            f"cluster {request.cluster} has no node in {request.zone}: no pod could use the volume",
            f"zones with nodes: {_listed(target)}",
        )
    elif found.waits_for_consumer:
        yield from _of_first_pod(request, found, target)
    elif set(found.zones) != {request.zone} and not (_one_zone(found) and not request.zone):
        yield _at_once(found, target)


def _of_first_pod(request: RestoreRequest, found: ClassFacts, target: TargetFacts) -> Iterator[Finding]:
    if found.zones and not set(found.zones) & target.node_zones:
        yield warning(
            "class_zones_without_nodes",
            f"storage class {found.name} creates volumes in {', '.join(found.zones)} only, where cluster "
            f"{request.cluster} has no node: no pod could use the volume",
            f"choose another class, or start a node there; zones with nodes: {_listed(target)}",
        )
    elif request.zone:
        yield info(
            "zone_of_first_pod",
            f"storage class {found.name} creates the volume where its first pod runs: give that pod "
            f"nodeSelector {ZONE_LABEL}: {request.zone}",
        )


def _one_zone(found: ClassFacts) -> bool:
    return len(set(found.zones)) == 1


def _at_once(found: ClassFacts, target: TargetFacts) -> Finding:
    """A warning for a class that binds at once: it chooses a zone before any pod is scheduled."""
    stranding = sorted(set(found.zones) - target.node_zones)
    where = f" in {', '.join(stranding)}, where there is no node," if stranding else ""
    return warning(
        "binds_at_once",
        f"storage class {found.name} creates the volume at once,{where} in a zone that no pod has chosen: "
        "a pod bound to another zone cannot use it",
        "use a class with volumeBindingMode WaitForFirstConsumer",
    )


def _listed(target: TargetFacts) -> str:
    return ", ".join(sorted(target.node_zones))
