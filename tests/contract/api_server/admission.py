"""What is asked of admission: quotas, limits, RBAC, server-side apply, namespaces that go, and policies."""

from __future__ import annotations

from typing import Any

from tests.contract.api_server.asking import Ask, delete, get, patch, post
from tests.contract.api_server.objects import (
    CONFIGS,
    NODES,
    PODS,
    SNAPSHOT_GROUP,
    SNAPSHOTS,
    claim,
    config,
    eviction,
    guard,
    namespace,
    snapshot,
)
from tests.contract.sandbox_kubernetes.client import APPLY_PATCH, JSON_PATCH, STRATEGIC_PATCH

_QUOTA = "/api/v1/namespaces/quota"
_HARD = {
    "requests.storage": "5Gi",
    "persistentvolumeclaims": "2",
    "none.storageclass.storage.k8s.io/requests.storage": "4Gi",
}
_LIMITS = [{"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "4Gi"}}]
_CLAIMS = f"{_QUOTA}/persistentvolumeclaims"
_GONE = "/api/v1/namespaces/gone"
_NONE = "nobodies"
_MANY = {"apiVersion": "v1", "metadata": {"name": "q"}}
_REVIEWS = "/apis/authorization.k8s.io/v1"


def _review(kind: str, spec: Any) -> Any:
    return {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}


def _used(storage: str, claims: str) -> Any:
    used = {**_HARD, "requests.storage": storage, "persistentvolumeclaims": claims}
    used["none.storageclass.storage.k8s.io/requests.storage"] = storage
    return {"status": {"hard": _HARD, "used": used}}


QUOTAS: tuple[Ask, ...] = (
    post("", "/api/v1/namespaces", namespace("quota")),
    post("", f"{_QUOTA}/limitranges", {**_MANY, "kind": "LimitRange", "spec": {"limits": _LIMITS}}),
    post("", f"{_QUOTA}/resourcequotas", {**_MANY, "kind": "ResourceQuota", "spec": {"hard": _HARD}}),
    patch("", f"{_QUOTA}/resourcequotas/q/status", _used("0", "0")),
    post("below the limit", _CLAIMS, claim("q1", "500Mi")),
    post("above the limit", _CLAIMS, claim("q1", "5Gi")),
    post("", f"{_CLAIMS}?dryRun=All", claim("q1", "3Gi"), until=201),
    post("within the quota", _CLAIMS, claim("q1", "3Gi"), "kind"),
    post("too much for the quota", _CLAIMS, claim("q2", "3Gi")),
    get("status of the quota", f"{_QUOTA}/resourcequotas/q", "status"),
    post("", _CLAIMS, claim("q3", "1Gi")),
    post("too many for the quota", _CLAIMS, claim("q4", "1Gi")),
)

RIGHTS: tuple[Ask, ...] = (
    get("nodes, without the right", NODES, group=_NONE),
    get("a pod, without the right", f"{PODS}/held", group=_NONE),
    post("an eviction, without the right", f"{PODS}/held/eviction", eviction("held"), group=_NONE),
    delete("a snapshot, without the right", f"{SNAPSHOTS}/s2", group=_NONE),
    get("discovery needs no right", SNAPSHOT_GROUP, "kind", group=_NONE),
    post(
        "review",
        f"{_REVIEWS}/selfsubjectaccessreviews",
        _review("SelfSubjectAccessReview", {"resourceAttributes": {"verb": "list", "resource": "nodes"}}),
        "kind",
        "status.allowed",
        group=_NONE,
    ),
    post(
        "rules review",
        f"{_REVIEWS}/selfsubjectrulesreviews",
        _review("SelfSubjectRulesReview", {"namespace": "default"}),
        "kind",
        "status.incomplete",
        group=_NONE,
    ),
)

APPLYING: tuple[Ask, ...] = (
    patch(
        "apply makes",
        f"{CONFIGS}/applied?fieldManager=one",
        config("applied", a="1"),
        "data",
        content=APPLY_PATCH,
    ),
    patch(
        "apply by another",
        f"{CONFIGS}/applied?fieldManager=two",
        config("applied", a="2"),
        content=APPLY_PATCH,
    ),
    patch(
        "apply by force",
        f"{CONFIGS}/applied?fieldManager=two&force=true",
        config("applied", a="2"),
        "data",
        content=APPLY_PATCH,
    ),
    patch("apply without a manager", f"{CONFIGS}/applied", config("applied"), content=APPLY_PATCH),
)

NAMESPACES: tuple[Ask, ...] = (
    post("namespace with a long name", "/api/v1/namespaces", namespace("x" * 64)),
    post("", "/api/v1/namespaces", namespace("gone")),
    post(
        "", f"{_GONE}/configmaps", {**config("held"), "metadata": {"name": "held", "finalizers": ["x.io/y"]}}
    ),
    delete("namespace", _GONE, None, "kind", "status.phase"),
    post("", f"{_GONE}/configmaps?dryRun=All", config("late"), until=403),
    post("claim in a namespace that goes", f"{_GONE}/persistentvolumeclaims", claim("c1")),
    post(
        "snapshot in a namespace that goes",
        f"{SNAPSHOT_GROUP}/namespaces/gone/volumesnapshots",
        snapshot("s", {"persistentVolumeClaimName": "x"}),
    ),
)

_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
_POLICIES = f"{_ADMISSION}/validatingadmissionpolicies"
_BINDINGS = f"{_ADMISSION}/validatingadmissionpolicybindings"
_RULE = {"operations": ["*"], "resources": ["configmaps", "pods/eviction", "pods/status"]}
_HELD = {
    "expression": "(object == null ? oldObject : object).metadata.name.startsWith('free')",
    "message": "not yours",
}
_UPDATED = {"data": {"a": "2"}}
_BOUND = {
    "apiVersion": _POLICIES.removeprefix("/apis/").rpartition("/")[0],
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "asked"},
    "spec": {"policyName": "asked", "validationActions": ["Deny"]},
}


def _bound(*actions: str) -> Any:
    return {**_BOUND, "spec": {"policyName": "asked", "validationActions": list(actions)}}


def _wrong(name: str, expression: str) -> Ask:
    return post(name, _POLICIES, guard(_RULE, {"expression": expression}))


POLICIES: tuple[Ask, ...] = (
    _wrong("policy that cannot be parsed", "object.spec.replicas >"),
    _wrong("policy of an unknown name", "nothing == 1"),
    _wrong("policy that is no truth", "object.metadata.name"),
    _wrong("policy that adds a word and a number", "'a' + 1 == 'b'"),
    _wrong("policy that names a missing variable", "variables.absent == 1"),
    _wrong("policy without an expression", ""),
    post("policy without validations", _POLICIES, guard(_RULE)),
    post("policy without rules", _POLICIES, guard({"operations": ["EDIT"]}, _HELD)),
    post("policy with a bad failure policy", _POLICIES, guard(_RULE, _HELD, failurePolicy="Maybe")),
    post(
        "policy with a condition that is no truth",
        _POLICIES,
        guard(_RULE, _HELD, matchConditions=[{"name": "c", "expression": "1"}]),
    ),
    post("binding without actions", _BINDINGS, _bound()),
    post("binding that denies and warns", _BINDINGS, _bound("Deny", "Warn")),
    post("binding that denies twice", _BINDINGS, _bound("Deny", "Deny")),
    post(
        "policy",
        _POLICIES,
        guard(_RULE, _HELD),
        "spec.failurePolicy",
        "spec.matchConstraints",
        "metadata.generation",
    ),
    post("binding", _BINDINGS, _bound("Deny"), "spec"),
    post("", f"{CONFIGS}?dryRun=All", config("held"), until=422),
    post("a write that a policy denies", CONFIGS, config("held")),
    post("a write that it lets through", CONFIGS, config("free1"), "kind"),
    post("a write elsewhere", "/api/v1/namespaces/default/configmaps", config("held"), "kind"),
    post(
        "a denied name that is generated",
        CONFIGS,
        {**config(""), "metadata": {"generateName": "free"}},
        "kind",
    ),
    patch("a denied merge patch", f"{CONFIGS}/m0", _UPDATED),
    patch("a denied strategic patch", f"{CONFIGS}/m0", _UPDATED, content=STRATEGIC_PATCH),
    patch(
        "a denied JSON patch",
        f"{CONFIGS}/m0",
        [{"op": "add", "path": "/data", "value": {"a": "2"}}],
        content=JSON_PATCH,
    ),
    patch("a denied apply", f"{CONFIGS}/m0?fieldManager=me", config("m0", a="2"), content=APPLY_PATCH),
    patch(
        "a denied apply that creates", f"{CONFIGS}/new?fieldManager=me", config("new"), content=APPLY_PATCH
    ),
    delete("a denied delete", f"{CONFIGS}/m0"),
    delete("a denied delete of all", f"{CONFIGS}?labelSelector=listed%3Dyes"),
    post("a denied eviction", f"{PODS}/over/eviction?dryRun=All", eviction("over")),
    patch("a denied status", f"{PODS}/over/status", {"status": {"message": "x"}}),
    patch("a pod is not its status", f"{PODS}/over", {"metadata": {"labels": {"x": "y"}}}, "kind"),
    delete("a binding may always go", f"{_BINDINGS}/asked"),
    delete("a policy may always go", f"{_POLICIES}/asked"),
)
"""A policy on the namespace `asked`, where only names that begin with `free` may be written."""
