"""Checks whether the claim can be created in its namespace, and whether its volume will be."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain import object_labels
from snapkeep.domain.naming import LABEL_LIMIT, NAME_LIMIT, is_claim_name, is_label
from snapkeep.domain.restore.findings import Finding, error, warning
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import ClassFacts, TargetFacts
from snapkeep.domain.times import moment

MULTI_ATTACH = frozenset({"io1", "io2"})
SINGLE_NODE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


def target_findings(
    request: RestoreRequest, point: PointFacts, target: TargetFacts, driver: str
) -> Iterator[Finding]:
    """Findings about the new claim's name, labels and modes, its namespace, and whether the cluster can
    restore snapshots with that driver at all."""
    yield from claim_findings(request, target)
    no_snapshots = target.no_snapshots.get(driver, "")
    if no_snapshots:
        yield error(
            "no_snapshot_support",
            f"cluster {request.cluster} cannot restore from snapshots: {no_snapshots}",
            "install the snapshot controller add-on, then apply what `snapkeep manifests` prints",
        )
    elif target.controller_silent_since:
        yield warning(
            "snapshot_controller_silent",
            f"the snapshot controller of cluster {request.cluster} has given no sign of life since "
            f"{moment(target.controller_silent_since)}: nothing is restored until it does",
            "kubectl get deployment --all-namespaces | grep snapshot-controller",
        )
    yield from _modes(point)


def claim_findings(request: RestoreRequest, target: TargetFacts) -> Iterator[Finding]:
    """Findings about the new claim's name and labels, and its namespace."""
    yield from _name(request, target)
    yield from _namespace(request, target)
    yield from _labels(request)


def sharing_findings(point: PointFacts, found: ClassFacts) -> Iterator[Finding]:
    """Only io2 volumes (and io1) can be attached to several instances, and only as raw devices.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html
    """
    shared = sorted(set(point.access_modes) - SINGLE_NODE)
    if shared and point.volume_mode == "Block" and found.volume_type not in MULTI_ATTACH:
        yield error(
            "volume_type_not_shared",
            f"recovery point {point.id} asks for {', '.join(shared)}, but storage class {found.name} "
            f"creates {found.volume_type} volumes, which only one node can use at a time",
            "choose an io2 class",
        )


def _name(request: RestoreRequest, target: TargetFacts) -> Iterator[Finding]:
    if not is_claim_name(request.target):
        yield error(
            "bad_name",
            f"{request.target[:80]!r} is not a valid claim name: only lower-case letters, digits, - and . "
            "are allowed, "
            f"{NAME_LIMIT} characters at most, beginning and ending with a letter or digit",
            "choose another name",
        )
    elif target.claim_exists:
        yield error(
            "claim_exists",
            f"claim {request} already exists: a restore never overwrites one",
            f"choose another name: --as {target.free_name or 'NAME'}",
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
            f"namespace {request.namespace} is being deleted: nothing can be created in it",
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
            f"recovery point {point.id} asks for {', '.join(shared)}, but EBS volumes with a file system "
            "can be used on one node only",
            "restore a point of a ReadWriteOnce claim, or use volume mode Block on an io2 class",
        )


def _labels(request: RestoreRequest) -> Iterator[Finding]:
    """Errors for labels that Kubernetes would refuse, and for those reserved for Snapkeep."""
    for key, value in sorted(request.labels.items()):
        if key.startswith(object_labels.PREFIX):
            yield error(
                "label_reserved",
                f"label {key} is reserved for Snapkeep, which sets its own labels on restored claims",
                "leave it out; label the claim with kubectl once it exists",
            )
        elif not is_label(key, value):
            yield error(
                "bad_label",
                f"{key[:80]!r}: {value[:80]!r} is not a valid label: names and values have {LABEL_LIMIT} "
                "characters "
                "at most, letters, digits, -, _ and ., beginning and ending with a letter or digit",
                "correct it, or leave it out",
            )
