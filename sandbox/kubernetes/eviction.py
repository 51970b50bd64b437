"""Eviction against disruption budgets, and a budget's figures.

Source: k8s.io/kubernetes `pkg/registry/core/pod/storage/eviction.go` and `pkg/controller/disruption`.
"""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.selectors import matches_selector
from sandbox.kubernetes.store import NotFound, Store

Object = dict[str, Any]

_OWNERS = {"ReplicaSet": "replicasets", "StatefulSet": "statefulsets"}


def budget_status(store: Store, budget: Object) -> Object:
    """A PodDisruptionBudget's status: expected, desired and healthy pods, allowed disruptions."""
    namespace = budget["metadata"]["namespace"]
    selector = budget.get("spec", {}).get("selector")
    pods = [pod for pod in store.peek_all("pods", namespace)[0] if _selected(pod, selector)]
    expected = _expected(store, pods)
    desired = _desired(budget.get("spec", {}), expected, len(pods))
    healthy = sum(is_healthy(pod) for pod in pods)
    return {
        "observedGeneration": budget["metadata"].get("generation", 1),
        "expectedPods": expected,
        "desiredHealthy": desired,
        "currentHealthy": healthy,
        "disruptionsAllowed": max(0, healthy - desired) if expected else 0,
    }


def refuse_disruption(store: Store, pod: Object) -> None:
    """Raise ApiError 429 if a budget forbids evicting `pod` now, 500 if several budgets cover it."""
    finished = pod.get("status", {}).get("phase") in ("Succeeded", "Failed", "Pending")
    if finished or "deletionTimestamp" in pod["metadata"]:
        return
    labels = pod["metadata"].get("labels") or {}
    budgets = [
        row
        for row in store.peek_all("poddisruptionbudgets", pod["metadata"]["namespace"])[0]
        if matches_selector(row.get("spec", {}).get("selector"), labels)
    ]
    if len(budgets) > 1:
        text = (
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
        raise ApiError(500, "", text)
    for budget in budgets:
        _refuse_budget(budget, budget_status(store, budget), pod)


def is_healthy(pod: Object) -> bool:
    """Whether a pod counts for its budget: Ready and not being deleted."""
    if "deletionTimestamp" in pod["metadata"]:
        return False
    conditions = pod.get("status", {}).get("conditions") or []
    return any(row.get("type") == "Ready" and row.get("status") == "True" for row in conditions)


def _refuse_budget(budget: Object, status: Object, pod: Object) -> None:
    healthy, desired = status["currentHealthy"], status["desiredHealthy"]
    if not is_healthy(pod):
        always = budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow"
        if always or (desired > 0 and healthy >= desired):
            return
    if status["disruptionsAllowed"] > 0:
        return
    name = budget["metadata"]["name"]
    cause = {
        "reason": "DisruptionBudget",
        "message": f"The disruption budget {name} needs {desired} healthy pods and has {healthy} currently",
    }
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    raise ApiError(429, "TooManyRequests", message, {"causes": [cause]})


def _selected(pod: Object, selector: Object | None) -> bool:
    done = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not done and matches_selector(selector, pod["metadata"].get("labels") or {})


def _expected(store: Store, pods: list[Object]) -> int:
    """The scale of the pods' controllers; a pod without a controller counts as one."""
    scales: dict[str, int] = {}
    for pod in pods:
        owner = next(
            (row for row in pod["metadata"].get("ownerReferences") or [] if row.get("controller")), None
        )
        if owner is None or owner["kind"] not in _OWNERS:
            scales[pod["metadata"]["name"]] = 1
            continue
        try:
            found = store.peek(_OWNERS[owner["kind"]], pod["metadata"]["namespace"], owner["name"])
            scales[owner["uid"]] = found["spec"].get("replicas", 1)
        except NotFound:
            scales[pod["metadata"]["name"]] = 1
    return sum(scales.values())


def _desired(spec: Object, expected: int, present: int) -> int:
    if "maxUnavailable" in spec:
        return max(0, expected - _share(spec["maxUnavailable"], expected))
    wanted = spec.get("minAvailable", 1)
    return _share(wanted, expected if isinstance(wanted, str) else present)


def _share(value: int | str, whole: int) -> int:
    """A count, or a percentage of `whole` rounded up."""
    if isinstance(value, str) and value.endswith("%"):
        return -(-int(value[:-1]) * whole // 100)
    return int(value)
