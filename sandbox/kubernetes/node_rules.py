"""Node rules: taints, and what an update may not change.

Source: k8s.io/kubernetes `pkg/apis/core/validation`, validateNodeTaints and ValidateNodeUpdate.
"""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.causes import Causes, duplicate, forbidden_field, not_supported, required
from sandbox.kubernetes.names import key_causes, value_causes

Object = dict[str, Any]

_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"]


def new_node(obj: Object) -> Causes:
    """The rules that a new node breaks."""
    return _taints((obj.get("spec") or {}).get("taints") or [])


def node_changed(old: Object, new: Object) -> Causes:
    """The rules that a node's change breaks. The server checks the taints twice, so its causes repeat."""
    before, after = old.get("spec") or {}, new.get("spec") or {}
    causes = _taints(after.get("taints") or [])
    causes = causes + causes
    ranges = before.get("podCIDRs")
    if ranges and ranges != after.get("podCIDRs"):
        text = 'node updates may not change podCIDR except from "" to valid'
        causes += forbidden_field("spec.podCIDRs", text)
    if before.get("providerID") and before["providerID"] != after.get("providerID"):
        text = 'node updates may not change providerID except from "" to valid'
        causes += forbidden_field("spec.providerID", text)
    return causes


def _taints(taints: list[Object]) -> Causes:
    causes: Causes = []
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        place = f"metadata.taints[{index}]"
        key, effect = taint.get("key", ""), taint.get("effect", "")
        causes += key_causes(f"{place}.key", key)
        causes += value_causes(f"{place}.value", taint.get("value", ""))
        if not effect:
            causes += required(f"{place}.effect")
        elif effect not in _EFFECTS:
            causes += not_supported(f"{place}.effect", effect, _EFFECTS)
        if (key, effect) in seen:
            row = {"Key": key, "Value": taint.get("value", ""), "Effect": effect}
            row["TimeAdded"] = taint.get("timeAdded")
            causes += duplicate(place, row, "taints must be unique by key and effect pair")
        seen.add((key, effect))
    return causes
