"""PodDisruptionBudgets: how many pods may go right now, written to each budget's status.

https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.cluster import Cluster
from sandbox.driver.snapshot_words import Object
from sandbox.driver.worker import Key, key_of
from sandbox.kubernetes.eviction import budget_status

BUDGETS = "poddisruptionbudgets"


class DisruptionController:
    """Writes the figures that decide evictions."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Budgets, and every budget in a changed pod's namespace."""
        if resource == BUDGETS:
            yield key_of(obj)
        if resource == "pods":
            yield from map(key_of, self._cluster.peek(BUDGETS, obj["metadata"]["namespace"]))

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bring the statuses up to date."""
        for namespace, name in keys:
            budget = self._cluster.find(BUDGETS, namespace, name)
            if budget is not None:
                self._report(budget)
        return {}

    def _report(self, budget: Object) -> None:
        status = budget_status(self._cluster.store, budget)
        allowed = status["disruptionsAllowed"] > 0
        condition = {
            "type": "DisruptionAllowed",
            "status": "True" if allowed else "False",
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
            "lastTransitionTime": self._since(budget, "True" if allowed else "False"),
            "observedGeneration": status["observedGeneration"],
        }
        status["conditions"] = [condition]
        self._cluster.change(BUDGETS, *key_of(budget), lambda obj: obj.update(status=status))

    def _since(self, budget: Object, state: str) -> str:
        for each in budget.get("status", {}).get("conditions") or []:
            if each["status"] == state:
                return str(each["lastTransitionTime"])
        return self._cluster.now()
