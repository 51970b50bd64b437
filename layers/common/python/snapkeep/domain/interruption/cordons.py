"""Cordoning: what to write on a node, and whether Snapkeep may uncordon it.

https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.interruption.nodes import Node, NodeChange
from snapkeep.domain.object_labels import CORDON


@dataclass(frozen=True)
class CordonPlan:
    """What to write on the node (None: nothing) and why; `ours` says whether the cordon is Snapkeep's
    afterwards."""

    change: NodeChange | None
    ours: bool
    reason: str


def cordon(node: Node, event: str, at: datetime) -> CordonPlan:
    """How to cordon a node because of the notice `event` received `at`.

    A cordon set by a person stays theirs: nothing is written on the node, so Snapkeep never uncordons it.
    """
    if node.unschedulable and CORDON in node.annotations:
        return CordonPlan(None, True, f"{node.name} is already cordoned by Snapkeep")
    if node.unschedulable:
        return CordonPlan(
            None, False, f"{node.name} was already cordoned by somebody else and stays cordoned"
        )
    note = json.dumps({"event": event, "at": at.isoformat(), "was_cordoned": False})
    change = NodeChange(unschedulable=True, annotations={CORDON: note})
    return CordonPlan(change, True, f"{node.name} takes no new pods")


def uncordon(node: Node) -> CordonPlan:
    """How to uncordon a node. Only Snapkeep's own cordon, which its annotation shows, is removed."""
    if CORDON not in node.annotations:
        return CordonPlan(None, False, f"{node.name} was not cordoned by Snapkeep; it stays as it is")
    if not node.unschedulable:
        forget = NodeChange(annotations={CORDON: None})
        return CordonPlan(forget, False, f"somebody has already uncordoned {node.name}")
    lift = NodeChange(unschedulable=False, annotations={CORDON: None})
    return CordonPlan(lift, False, f"{node.name} takes new pods again")
