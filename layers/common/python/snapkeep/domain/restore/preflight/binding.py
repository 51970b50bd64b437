"""Checks whether Kubernetes would bind the claim to an existing volume instead of creating one from the
recovery point.

Binding ignores a claim's data source: the smallest free volume of the class that fits wins, and one reserved
for the claim wins over all others. A volume larger than requested fits, a smaller one does not.
https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
https://github.com/kubernetes/component-helpers/blob/master/storage/volume/pv_helpers.go (FindMatchingVolume)
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace

from snapkeep.domain.restore.commands import restore_command
from snapkeep.domain.restore.findings import Finding, error, warning
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import ClassFacts, FreeVolume, TargetFacts
from snapkeep.domain.sizes import GIB, format_quantity, gib

SHOWN = 5
"""How many volumes a finding names."""


def binding_findings(
    request: RestoreRequest, point: PointFacts, found: ClassFacts, target: TargetFacts, size_bytes: int
) -> Iterator[Finding]:
    """The free volumes that would win over the recovery point: an error where they certainly do, else a
    warning."""
    fitting = sorted(
        (volume for volume in target.free_volumes if _fits(volume, point, found, size_bytes)),
        key=lambda volume: (not volume.reserved, len(volume.access_modes), volume.size_bytes, volume.name),
    )
    if not fitting:
        return
    certain = any(_is_reached(volume, request, found, target) for volume in fitting)
    named = ", ".join(f"{volume.name} ({format_quantity(volume.size_bytes)})" for volume in fitting[:SHOWN])
    more = f" and {len(fitting) - SHOWN} more" if len(fitting) > SHOWN else ""
    gives = "gives" if certain else "may give"
    yield (error if certain else warning)(
        "free_volume_wins",
        f"Kubernetes {gives} {request} a free volume that fits, and creates none from recovery point "
        f"{point.id}: {named}{more}",
        _fix(request, fitting),
    )


def _fits(volume: FreeVolume, point: PointFacts, found: ClassFacts, size_bytes: int) -> bool:
    """Whether the new claim would be bound to the volume; a reserved one may be of any class."""
    return (
        volume.size_bytes >= size_bytes > 0
        and volume.volume_mode == point.volume_mode
        and set(point.access_modes) <= set(volume.access_modes)
        and (volume.reserved or volume.storage_class == found.name)
    )


def _is_reached(volume: FreeVolume, request: RestoreRequest, found: ClassFacts, target: TargetFacts) -> bool:
    """Whether the pod will certainly run where the volume is; a class that binds at once does not wait for a
    pod."""
    zones = {request.zone} if request.zone else set(target.node_zones)
    return volume.reserved or not found.waits_for_consumer or not volume.zone or zones == {volume.zone}


def _fix(request: RestoreRequest, fitting: list[FreeVolume]) -> str:
    first = fitting[0]
    if first.reserved:
        return f"{first.name} is reserved for this claim: choose another name, or remove its claimRef"
    size = format_quantity((gib(max(volume.size_bytes for volume in fitting)) + 1) * GIB)
    larger = restore_command(replace(request, size=size))
    kept = {"spec": {"claimRef": {"namespace": request.namespace, "name": "kept-for-nobody"}}}
    patch = f"kubectl patch pv {first.name} --type merge --patch {shlex.quote(json.dumps(kept))}"
    return (
        f"{larger}; or a class that has no free volume; or reserve the free volume for another claim: {patch}"
    )
