"""What RBAC cannot say: which fields of a node our functions may patch, as admission policies in CEL.

`patch` on nodes reaches every field, labels and taints included. A ValidatingAdmissionPolicy for each of the
two groups that may patch nodes narrows it to what `snapkeep.domain.interruption` writes. It needs Kubernetes
1.30 or newer.
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snapkeep.domain import object_labels
from snapkeep.domain.interruption import aftermath
from snapkeep_cli.config.cluster_access import group_name

ADMISSION = "admissionregistration.k8s.io"

Spec = dict[str, Any]

METADATA = ("labels", "finalizers", "ownerReferences")
SPEC = ("podCIDR", "podCIDRs", "providerID", "configSource", "externalID")
"""Fields that none of our functions writes. CEL cannot express "all others", so they are listed.
https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/#NodeSpec
"""

OUR_TAINT = f"taint.key == '{aftermath.OUT_OF_SERVICE}'"


def guards() -> dict[str, Spec]:
    """Name to `spec` of each ValidatingAdmissionPolicy."""
    return {
        "snapkeep-handle-interruption": _guard("handle_interruption", _cordon()),
        "snapkeep-release-volumes": _guard("release_volumes", _out_of_service()),
    }


def binding(policy: str) -> Spec:
    """The `spec` of the ValidatingAdmissionPolicyBinding that enforces a policy."""
    return {"policyName": policy, "validationActions": ["Deny"]}


def _guard(function: str, own: Sequence[tuple[str, str]]) -> Spec:
    group = group_name(function)
    validations = [*own, *_untouched("metadata", METADATA), *_untouched("spec", SPEC)]
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["UPDATE"],
                    "resources": ["nodes"],
                    "scope": "*",
                }
            ]
        },
        "matchConditions": [{"name": "only-snapkeep", "expression": _member(group)}],
        "validations": [
            {"expression": expression, "message": f"{group} {message}"} for expression, message in validations
        ],
    }


def _cordon() -> list[tuple[str, str]]:
    note = object_labels.CORDON
    return [
        *_together(
            _is_true("object.spec.unschedulable"),
            _is_true("oldObject.spec.unschedulable"),
            note,
            f"cordons a node only with the annotation {note}, and sets either only with the other",
            f"lifts no cordon without it: {note} goes with the cordon, and the cordon with {note}",
        ),
        *_annotations(note),
        *_untouched("spec", ("taints",)),
    ]


def _out_of_service() -> list[tuple[str, str]]:
    note, taint = object_labels.OUT_OF_SERVICE, aftermath.OUT_OF_SERVICE
    tainted, was = (_tainted(each) for each in ("object", "oldObject"))
    return [
        *_together(
            tainted,
            was,
            note,
            f"sets the taint {taint} only with the annotation {note}, and either only with the other",
            f"removes none without it: {note} goes with the taint {taint}, and the taint with {note}",
        ),
        (
            f"!{tainted} || {was} || !{_ready('oldObject')}",
            f"sets the taint {taint} on no node that is ready",
        ),
        (
            f"{_kept('oldObject', 'object', OUR_TAINT)} && {_kept('object', 'oldObject', OUR_TAINT)}",
            f"changes no taint but {taint}",
        ),
        (
            f"!{tainted} || !{was} || ({_kept('oldObject', 'object')} && {_kept('object', 'oldObject')})",
            f"sets or removes the taint {taint}, and changes none that stays",
        ),
        *_annotations(note),
        *_untouched("spec", ("unschedulable",)),
    ]


def _together(now: str, before: str, note: str, set_so: str, lifted_so: str) -> list[tuple[str, str]]:
    """We must never undo what somebody else set: our annotation is added or removed only in the same patch as
    what it records. If somebody else removed that, the annotation may be removed alone.
    """
    noted, was_noted = _noted("object", note), _noted("oldObject", note)
    return [
        (f"(!{now} || {before} || {noted}) && (!{noted} || {was_noted} || ({now} && !{before}))", set_so),
        (
            f"({now} || !{before} || ({was_noted} && !{noted})) && (!{was_noted} || {noted} || !{now})",
            lifted_so,
        ),
    ]


def _annotations(own: str) -> list[tuple[str, str]]:
    """Every annotation except ours is unchanged."""
    return [
        (
            " && ".join(
                f"(!has({one}.metadata.annotations) || {one}.metadata.annotations.all(key, key == '{own}' || "
                f"(has({other}.metadata.annotations) && key in {other}.metadata.annotations && "
                f"{other}.metadata.annotations[key] == {one}.metadata.annotations[key])))"
                for one, other in (("object", "oldObject"), ("oldObject", "object"))
            ),
            f"changes no annotation but {own}",
        )
    ]


def _untouched(part: str, fields: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (
            f"has(object.{part}.{field}) == has(oldObject.{part}.{field}) && "
            f"(!has(object.{part}.{field}) || object.{part}.{field} == oldObject.{part}.{field})",
            f"does not change {part}.{field} of nodes",
        )
        for field in fields
    ]


def _member(group: str) -> str:
    return f"has(request.userInfo.groups) && '{group}' in request.userInfo.groups"


def _is_true(field: str) -> str:
    return f"(has({field}) && {field})"


def _noted(which: str, annotation: str) -> str:
    return f"(has({which}.metadata.annotations) && '{annotation}' in {which}.metadata.annotations)"


def _tainted(which: str) -> str:
    return f"(has({which}.spec.taints) && {which}.spec.taints.exists(taint, {OUR_TAINT}))"


def _ready(which: str) -> str:
    """Kubernetes still hears from the kubelet.
    https://kubernetes.io/docs/reference/node/node-status/#condition
    """
    heard = f"{which}.status.conditions.exists(each, each.type == 'Ready' && each.status == 'True')"
    return f"(has({which}.status) && has({which}.status.conditions) && {heard})"


def _kept(before: str, after: str, but: str = "false") -> str:
    """Every taint of one, except those that an expression exempts, is among the taints of the other."""
    among = f"has({after}.spec.taints) && {after}.spec.taints.exists(other, other == taint)"
    return f"(!has({before}.spec.taints) || {before}.spec.taints.all(taint, {but} || ({among})))"
