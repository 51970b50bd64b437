"""Cordoning: what is written on a node, and whether it may be lifted again.

https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.interruption.nodes import Node, NodeChange

ANNOTATION = "snapkeep.io/cordon"
"""Ours on a node that we cordoned: why, when, and how we found it."""


@dataclass(frozen=True)
class CordonPlan:
    """What to write on the node (None: nothing) and why; `ours` says who keeps it cordoned afterwards."""

    change: NodeChange | None
    ours: bool
    reason: str


def cordon(node: Node, event: str, at: datetime) -> CordonPlan:
    """How to cordon a node for the announcement `event` of the time `at`.

    One that a person cordoned stays theirs: nothing is written on it, so nothing of ours lifts it.
    """
    if node.unschedulable and ANNOTATION in node.annotations:
        return CordonPlan(None, True, f"{node.name} is cordoned by Snapkeep already")
    if node.unschedulable:
        return CordonPlan(None, False, f"{node.name} was cordoned by somebody else before; it stays theirs")
    note = json.dumps({"event": event, "at": at.isoformat(), "was_cordoned": False})
    change = NodeChange(unschedulable=True, annotations={ANNOTATION: note})
    return CordonPlan(change, True, f"{node.name} takes no new pods")


def uncordon(node: Node) -> CordonPlan:
    """How to lift a cordon: only ours, which its annotation shows."""
    if ANNOTATION not in node.annotations:
        return CordonPlan(None, False, f"{node.name} was not cordoned by Snapkeep; it stays as it is")
    if not node.unschedulable:
        forget = NodeChange(annotations={ANNOTATION: None})
        return CordonPlan(forget, False, f"somebody uncordoned {node.name} already")
    lift = NodeChange(unschedulable=False, annotations={ANNOTATION: None})
    return CordonPlan(lift, False, f"{node.name} takes new pods again")
