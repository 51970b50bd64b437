"""Can a claim be made in that place, and will its volume be made?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from snapkeep.domain.restore.findings import Finding, error, warning
from snapkeep.domain.restore.points import CSI_DRIVER, PointFacts
from snapkeep.domain.restore.preflight_size import type_findings
from snapkeep.domain.restore.quotas import quota_findings
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts

IN_TREE = "kubernetes.io/aws-ebs"
"""The provisioner of classes that current Kubernetes cannot make volumes with."""

NAME_LIMIT = 253
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

SINGLE_NODE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


def target_findings(
    request: RestoreRequest, point: PointFacts, target: TargetFacts, size_bytes: int
) -> Iterator[Finding]:
    """Name, namespace, quota, class, modes and zone of the claim to be made."""
    yield from _name(request, target)
    yield from _namespace(request, target)
    if target.no_snapshots:
        yield error(
            "no_snapshot_support",
            f"cluster {request.cluster} cannot restore from snapshots: {target.no_snapshots}",
            "install the snapshot controller add-on, then apply what `snapkeep manifests` prints",
        )
    yield from _modes(point)
    name = request.storage_class or point.storage_class
    found = target.classes.get(name)
    if found is None:
        yield _no_class(request, name, target)
    else:
        yield from _class(request, point, found, target)
        yield from type_findings(size_bytes, found.volume_type, found.name)
    if size_bytes and target.namespace_phase:
        yield from quota_findings(request, name, size_bytes, target.quotas)


def _name(request: RestoreRequest, target: TargetFacts) -> Iterator[Finding]:
    if len(request.target) > NAME_LIMIT or not _NAME.fullmatch(request.target):
        yield error(
            "bad_name",
            f"{request.target[:80]!r} is no name for a claim: small letters, digits, - and . only, "
            f"{NAME_LIMIT} characters at most, beginning and ending with a letter or digit",
            "choose another name",
        )
    elif target.claim_exists:
        yield error(
            "claim_exists",
            f"claim {request} exists already: a restore never overwrites one",
            f"choose another name, or: kubectl delete pvc {request.target} --namespace {request.namespace}",
        )


def _namespace(request: RestoreRequest, target: TargetFacts) -> Iterator[Finding]:
    if not target.namespace_phase:
        yield error(
            "no_namespace",
            f"cluster {request.cluster} has no namespace {request.namespace}",
            f"kubectl create namespace {request.namespace}",
        )
    elif target.namespace_phase == "Terminating":
        yield error(
            "namespace_terminating",
            f"namespace {request.namespace} is being deleted: nothing can be made in it",
            "wait until it is gone and create it again, or choose another namespace",
        )


def _modes(point: PointFacts) -> Iterator[Finding]:
    if not point.access_modes:
        yield error(
            "access_modes_unknown",
            f"the tags of recovery point {point.id} do not say its access modes yet",
            "wait for reconcile, which completes tags every 15 minutes",
        )
    shared = sorted(set(point.access_modes) - SINGLE_NODE)
    if shared and point.volume_mode != "Block":
        yield error(
            "access_modes",
            f"recovery point {point.id} asks for {', '.join(shared)}, and EBS volumes with a file system can "
            "be used on one node only",
            "restore a point of a ReadWriteOnce claim, or use volume mode Block on an io2 class",
        )


def _no_class(request: RestoreRequest, name: str, target: TargetFacts) -> Finding:
    fitting = ", ".join(_fitting(target)) or "none"
    what = f"has no storage class {name}" if name else "is not told which storage class to use"
    return error(
        "no_storage_class",
        f"cluster {request.cluster} {what}; classes of {CSI_DRIVER} there: {fitting}",
        _choose(target),
    )


def _class(
    request: RestoreRequest, point: PointFacts, found: ClassFacts, target: TargetFacts
) -> Iterator[Finding]:
    if found.provisioner == IN_TREE:
        yield error(
            "in_tree_class",
            f"storage class {found.name} is of the in-tree plugin {IN_TREE}, which cannot restore snapshots",
            _choose(target),
        )
    elif found.provisioner != point.driver:
        yield error(
            "other_driver",
            f"storage class {found.name} is of {found.provisioner}, and recovery point {point.id} of "
            f"{point.driver}",
            _choose(target),
        )
    else:
        yield from _zone(request, found, target)


def _zone(request: RestoreRequest, found: ClassFacts, target: TargetFacts) -> Iterator[Finding]:
    """A class that binds at once chooses a zone before any pod does, and the pod must follow."""
    if request.zone and found.zones and request.zone not in found.zones:
        yield error(
            "zone_not_allowed",
            f"storage class {found.name} makes volumes in {', '.join(found.zones)} only, "
            f"not in {request.zone}",
            "choose one of these zones, or another class",
        )
    if request.zone and request.zone not in target.node_zones:
        yield warning(
            "zone_without_nodes",
            f"cluster {request.cluster} has no node in {request.zone}: no pod could use the volume",
            f"zones with nodes: {', '.join(sorted(target.node_zones)) or 'none'}",
        )
    elif not found.waits_for_consumer:
        stranding = sorted(set(found.zones) - target.node_zones)
        where = f" in {', '.join(stranding)}, where there is no node," if stranding else ""
        yield warning(
            "binds_at_once",
            f"storage class {found.name} makes the volume at once,{where} in a zone that no pod has chosen: "
            "a pod bound to another zone cannot use it",
            "use a class with volumeBindingMode WaitForFirstConsumer",
        )


def _fitting(target: TargetFacts) -> list[str]:
    return sorted(name for name, item in target.classes.items() if item.provisioner == CSI_DRIVER)


def _choose(target: TargetFacts) -> str:
    fitting = _fitting(target)
    return f"--storage-class {fitting[0]}" if fitting else f"create a storage class of {CSI_DRIVER}"
