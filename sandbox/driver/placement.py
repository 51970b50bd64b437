"""Which node a pod may run on, and what the scheduler says if none fits. Pure functions.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sandbox.driver.cluster import labels_of
from sandbox.driver.snapshot_words import Object
from sandbox.driver.volume_matching import reaches
from sandbox.kubernetes.selectors import matches_selector

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"


def refusal(
    pod: Object, node: Object, volumes: Sequence[Object], neighbours: Sequence[tuple[Object, Object]]
) -> str:
    """Why the pod may not run on the node, "" if it may. `neighbours`: (pod, its node) in the namespace."""
    if not is_node_ready(node):
        return "node(s) were not ready"
    if node["spec"].get("unschedulable"):
        return "node(s) were unschedulable"
    for taint in node["spec"].get("taints") or []:
        if taint["effect"] != "PreferNoSchedule" and not tolerates(pod, taint):
            return f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"
    if not _selects(pod, node):
        return "node(s) didn't match Pod's node affinity/selector"
    if not all(reaches(volume, node) for volume in volumes):
        return "node(s) didn't match PersistentVolume's node affinity"
    if not all(_has_friend(term, pod, node, neighbours) for term in _pod_affinity(pod)):
        return "node(s) didn't match pod affinity rules"
    return ""


def explain(refusals: Sequence[str], nodes: int) -> str:
    """The text of a FailedScheduling event."""
    counts = sorted(Counter(refusals).items(), key=lambda item: item[0])
    reasons = ", ".join(f"{count} {reason}" for reason, count in counts)
    return f"0/{nodes} nodes are available: {reasons}." if reasons else "no nodes available to schedule pods"


def is_node_ready(node: Object) -> bool:
    """Whether the kubelet reports the node Ready."""
    conditions = node.get("status", {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def tolerates(pod: Object, taint: Object) -> bool:
    """Whether one of the pod's tolerations covers this taint."""
    return any(
        each.get("key") in (None, taint["key"])
        and each.get("effect") in (None, "", taint["effect"])
        and (each.get("operator") == "Exists" or each.get("value", "") == taint.get("value", ""))
        for each in pod["spec"].get("tolerations") or []
    )


def _terms_match(terms: Sequence[Object], node: Object) -> bool:
    return any(matches_selector(term, labels_of(node)) for term in terms)


def _selects(pod: Object, node: Object) -> bool:
    if not (pod["spec"].get("nodeSelector") or {}).items() <= labels_of(node).items():
        return False
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return required is None or _terms_match(required["nodeSelectorTerms"], node)


def _pod_affinity(pod: Object) -> list[Object]:
    affinity = (pod["spec"].get("affinity") or {}).get("podAffinity") or {}
    return affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or []


def _has_friend(term: Object, pod: Object, node: Object, neighbours: Sequence[tuple[Object, Object]]) -> bool:
    key = term["topologyKey"]
    return any(
        matches_selector(term["labelSelector"], labels_of(other))
        and labels_of(home).get(key) == labels_of(node).get(key)
        for other, home in neighbours
        if other["metadata"]["uid"] != pod["metadata"]["uid"]
    )
