"""Which free volume a claim gets: the rules that the volume controller and the scheduler share.

The claim's `dataSource` plays no part: a free volume that fits wins over provisioning.
https://github.com/kubernetes/component-helpers/blob/master/storage/volume/pv_helpers.go (FindMatchingVolume)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sandbox.driver.cluster import is_deleting, labels_of
from sandbox.driver.snapshot_words import Object
from sandbox.driver.worker import key_of
from sandbox.kubernetes.quantity import to_bytes
from sandbox.kubernetes.selectors import matches_selector


def best_for_controller(claim: Object, volumes: Iterable[Object], *, waits: bool) -> Object | None:
    """The volume that the controller binds; among volumes that fit, the fewest access modes win.

    If a class waits for its consumer, the scheduler binds the free volumes; reserved ones are bound at once.
    """
    wanted = set(claim["spec"].get("accessModes") or [])
    tiers: dict[int, list[Object]] = {}
    for volume in volumes:
        offered = set(volume["spec"].get("accessModes") or [])
        if wanted <= offered:
            tiers.setdefault(len(offered), []).append(volume)
    for _, tier in sorted(tiers.items()):
        reserved = [volume for volume in tier if is_reserved_for(volume, claim) and is_usable(volume, claim)]
        free = [] if waits else [volume for volume in tier if is_free_for(volume, claim)]
        if reserved or free:
            return reserved[0] if reserved else min(free, key=size_of)
    return None


def best_for_scheduler(
    claim: Object, volumes: Iterable[Object], node: Object, taken: Collection[str] = ()
) -> Object | None:
    """The volume that the scheduler binds for a pod on that node: the smallest free one that reaches it."""
    found = [
        volume
        for volume in volumes
        if volume["metadata"]["name"] not in taken
        and is_free_for(volume, claim)
        and set(claim["spec"].get("accessModes") or []) <= set(volume["spec"].get("accessModes") or [])
        and reaches(volume, node)
    ]
    return min(found, key=size_of, default=None)


def is_reserved_for(volume: Object, claim: Object) -> bool:
    """Whether the volume's claimRef names the claim, with its UID or no UID."""
    reference = volume["spec"].get("claimRef")
    if not reference or (reference.get("namespace"), reference.get("name")) != key_of(claim):
        return False
    return reference.get("uid") in (None, "", claim["metadata"]["uid"])


def is_free_for(volume: Object, claim: Object) -> bool:
    """Whether the volume is free and meets everything the claim asks for except the access modes."""
    selector = claim["spec"].get("selector")
    return (
        not volume["spec"].get("claimRef")
        and volume.get("status", {}).get("phase") == "Available"
        and is_usable(volume, claim)
        and class_of(volume) == class_of(claim)
        and (selector is None or matches_selector(selector, labels_of(volume)))
    )


def is_usable(volume: Object, claim: Object) -> bool:
    """Whether the volume is large enough, has the claim's mode, and is not being deleted."""
    return not is_deleting(volume) and size_of(volume) >= wanted_by(claim) and _mode(volume) == _mode(claim)


def misfit(volume: Object, claim: Object) -> str:
    """Why a volume named by the claim does not fit, in the controller's words; "" if it fits.

    https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/volume/persistentvolume/pv_controller.go
    """
    if size_of(volume) < wanted_by(claim):
        return "requested PV is too small"
    if class_of(volume) != class_of(claim):
        return "storageClassName does not match"
    if _mode(volume) != _mode(claim):
        return "incompatible volumeMode"
    if not set(claim["spec"].get("accessModes") or []) <= set(volume["spec"].get("accessModes") or []):
        return "incompatible accessMode"
    return ""


def reaches(volume: Object, node: Object) -> bool:
    """Whether the volume can be used on the node."""
    required = (volume["spec"].get("nodeAffinity") or {}).get("required")
    return required is None or any(
        matches_selector(term, labels_of(node)) for term in required["nodeSelectorTerms"]
    )


def class_of(obj: Object) -> str:
    """The storage class of a claim or volume, "" for none."""
    return str(obj["spec"].get("storageClassName") or "")


def size_of(volume: Object) -> int:
    """The volume's size in bytes."""
    return to_bytes(volume["spec"]["capacity"]["storage"])


def wanted_by(claim: Object) -> int:
    """The bytes that the claim requests."""
    return to_bytes(claim["spec"]["resources"]["requests"]["storage"])


def _mode(obj: Object) -> str:
    return str(obj["spec"].get("volumeMode") or "Filesystem")
