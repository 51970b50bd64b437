"""PodDisruptionBudgets: how many pods may go right now.

https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.cluster import Cluster, labels_of
from sandbox.driver.placement import selector_matches
from sandbox.driver.snapshot_words import Object
from sandbox.driver.worker import Key, key_of
from sandbox.driver.workloads import is_pod_ready, living

BUDGETS = "poddisruptionbudgets"


class DisruptionController:
    """Computes the status of budgets."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Budgets, and those that select a changed pod."""
        if resource == BUDGETS:
            yield key_of(obj)
        if resource == "pods":
            for budget in self._cluster.store.list(BUDGETS, obj["metadata"]["namespace"]):
                if selector_matches(budget["spec"].get("selector") or {}, labels_of(obj)):
                    yield key_of(budget)

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bring the statuses up to date."""
        for namespace, name in keys:
            budget = self._cluster.find(BUDGETS, namespace, name)
            if budget is not None:
                self._report(budget)
        return {}

    def _report(self, budget: Object) -> None:
        status = self._status(budget, budget["metadata"]["namespace"])
        self._cluster.change(BUDGETS, *key_of(budget), lambda obj: obj.update(status=status))

    def _status(self, budget: Object, namespace: str) -> Object:
        selector = budget["spec"].get("selector") or {}
        pods = [
            pod
            for pod in living(self._cluster.store.list("pods", namespace))
            if selector_matches(selector, labels_of(pod))
        ]
        expected, healthy = self._expected(pods, namespace), sum(map(is_pod_ready, pods))
        desired = desired_healthy(budget["spec"], expected)
        allowed = max(0, healthy - desired) if expected else 0
        condition = {
            "type": "DisruptionAllowed",
            "status": "True" if allowed else "False",
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
            "lastTransitionTime": self._since(budget, bool(allowed)),
            "observedGeneration": budget["metadata"].get("generation", 1),
        }
        return {
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "observedGeneration": budget["metadata"].get("generation", 1),
            "conditions": [condition],
        }

    def _since(self, budget: Object, allowed: bool) -> str:
        for each in budget.get("status", {}).get("conditions") or []:
            if each["status"] == ("True" if allowed else "False"):
                return str(each["lastTransitionTime"])
        return self._cluster.now()

    def _expected(self, pods: Sequence[Object], namespace: str) -> int:
        """The scale of the pods' controllers, so that a pod that is gone counts; a lone pod counts as one."""
        scales: dict[str, int] = {}
        for pod in pods:
            owner = next(iter(pod["metadata"].get("ownerReferences") or []), None)
            if owner is None:
                scales[pod["metadata"]["uid"]] = 1
            elif owner["uid"] not in scales:
                found = self._cluster.find(owner["kind"].lower() + "s", namespace, owner["name"])
                scales[owner["uid"]] = found["spec"].get("replicas", 1) if found else 1
        return sum(scales.values())


def desired_healthy(spec: Object, expected: int) -> int:
    """How many of `expected` pods must stay healthy; percentages are rounded up."""
    if "maxUnavailable" in spec:
        return max(0, expected - _count(spec["maxUnavailable"], expected))
    return _count(spec.get("minAvailable", 1), expected)


def _count(value: int | str, expected: int) -> int:
    if isinstance(value, str) and value.endswith("%"):
        return -(-expected * int(value[:-1]) // 100)
    return int(value)
