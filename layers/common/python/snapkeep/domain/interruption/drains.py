"""Draining: who drains, which pods are evicted in which order, and how long each gets.

https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.interruption.nodes import Pod
from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.rules import Draining, NodeRules, OnRebalance

MARGIN = timedelta(seconds=15)
"""Time reserved before the deadline for unmounting and detaching."""

LEAST_GRACE = 1
"""A grace of 0 would remove the pod from the API without waiting for its kubelet."""

DRAINERS = {
    "karpenter.sh/nodepool": "Karpenter",
    "eks.amazonaws.com/compute-type": "EKS Auto Mode",
    "eks.amazonaws.com/nodegroup": "the managed node group",
}
"""Node labels, and who drains nodes with that label.
https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types
"""


@dataclass(frozen=True)
class Drainer:
    """Whether Snapkeep drains, the sentence for the timeline, and who else drains (`other`), if anybody."""

    ours: bool
    reason: str
    other: str = ""


@dataclass(frozen=True)
class Leaving:
    """A pod to evict, and how many seconds it gets."""

    pod: Pod
    grace_seconds: int


@dataclass(frozen=True)
class Staying:
    """A pod that is not evicted, and why."""

    pod: Pod
    reason: str


@dataclass(frozen=True)
class DrainPlan:
    """The pods to evict, in this order, and those that stay."""

    leaving: tuple[Leaving, ...]
    staying: tuple[Staying, ...]


def drainer(rules: NodeRules, notice: Notice | None, labels: Mapping[str, str]) -> Drainer:
    """Who drains a node with these labels when `notice` is the most urgent."""
    if notice and notice.kind is Kind.REBALANCE and rules.rebalance is not OnRebalance.DRAIN:
        return Drainer(False, "a rebalance recommendation evicts no pods (rebalance: cordon)")
    if notice and notice.kind is Kind.STATE:
        return Drainer(False, f"it is too late to evict pods: the instance is {notice.action}")
    if notice and notice.action == "hibernate":
        return Drainer(False, "hibernation begins at once and preserves the memory of its pods")
    if rules.drain is Draining.ON:
        return Drainer(True, "Snapkeep drains it (drain: on)")
    if rules.drain is Draining.OFF:
        return Drainer(False, "Snapkeep drains no pods (drain: off)")
    other = next((DRAINERS[key] for key in DRAINERS if key in labels), "")
    if other:
        return Drainer(False, f"{other} drains its own nodes; Snapkeep checks that it does", other)
    return Drainer(True, "nobody else drains it, so Snapkeep does")


def plan_drain(pods: Iterable[Pod], deadline: datetime | None, now: datetime) -> DrainPlan:
    """The pods to evict: those with claims first, so that their volumes can be detached in time.

    Each gets its own grace period, or the time left before the deadline less `MARGIN`, whichever is shorter.
    """
    decided = [(pod, _stays(pod)) for pod in pods]
    leaving = sorted((pod for pod, reason in decided if not reason), key=_order)
    return DrainPlan(
        tuple(Leaving(pod, grace(pod, deadline, now)) for pod in leaving),
        tuple(Staying(pod, reason) for pod, reason in decided if reason),
    )


def grace(pod: Pod, deadline: datetime | None, now: datetime) -> int:
    """Seconds the pod gets to shut down, at least 1."""
    if deadline is None:
        return max(LEAST_GRACE, pod.grace_seconds)
    left = int((deadline - MARGIN - now).total_seconds())
    return max(LEAST_GRACE, min(pod.grace_seconds, left))


def is_last_moment(deadline: datetime | None, now: datetime) -> bool:
    """True in the last moments before the deadline, when a pod that is still blocked is better deleted, so
    that it can unmount before it dies with its node.

    False after the deadline: then the instance may not be going away at all.
    """
    return deadline is not None and deadline - MARGIN <= now < deadline


def _stays(pod: Pod) -> str:
    if pod.static:
        return "a static pod belongs to its node"
    if pod.owner == "DaemonSet":
        return "a DaemonSet would put it back"
    if pod.phase in ("Succeeded", "Failed"):
        return f"it has ended ({pod.phase})"
    if pod.deleting:
        return "it is already being deleted"
    return ""


def _order(pod: Pod) -> tuple[bool, bool, str, str]:
    return not pod.claims, pod.owner != "StatefulSet", pod.namespace, pod.name
