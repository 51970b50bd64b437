"""What is asked about nodes, and about the attachments on them."""

from __future__ import annotations

from typing import Any

from tests.contract.api_server.asking import Ask, delete, get, patch, post
from tests.contract.api_server.objects import ATTACHMENTS, NODES
from tests.contract.sandbox_kubernetes.client import APPLY_PATCH

_NODE = f"{NODES}/asked"
_MADE = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": "asked", "labels": {"a": "b"}},
    "spec": {"providerID": "aws:///x/i-1"},
}
_ATTACHMENT = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "VolumeAttachment",
    "metadata": {"name": "asked", "finalizers": ["external-attacher/x"]},
    "spec": {"attacher": "none.example.com", "nodeName": "asked", "source": {"persistentVolumeName": "pv"}},
}
_AT = f"{ATTACHMENTS}/asked"


def _taints(*rows: dict[str, Any] | None) -> dict[str, Any]:
    return {"spec": {"taints": list(rows)}}


def _applied(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "asked"}, "spec": spec}


_TWICE = {"key": "a", "effect": "NoExecute"}
_TIMED = {"key": "a", "value": "b", "effect": "NoSchedule", "timeAdded": "2026-01-01T00:00:00Z"}

NODE_ASKS: tuple[Ask, ...] = (
    post("node", NODES, _MADE, "kind", "spec.providerID", "metadata.generation"),
    patch(
        "cordon",
        _NODE,
        {"metadata": {"annotations": {"a": "x"}}, "spec": {"unschedulable": True}},
        "spec.unschedulable",
        "spec.providerID",
    ),
    patch("uncordon by null", _NODE, {"spec": {"unschedulable": None}}, "spec.unschedulable"),
    patch(
        "node, stale version", _NODE, {"metadata": {"resourceVersion": "1"}, "spec": {"unschedulable": True}}
    ),
    patch("taint of a bad effect", _NODE, _taints({"key": "a", "effect": "Often"})),
    patch("taint without an effect", _NODE, _taints({"key": "a"})),
    patch("taint with a bad key", _NODE, _taints({"key": "a b", "effect": "NoExecute"})),
    patch("taint with a bad value", _NODE, _taints({**_TWICE, "value": "b c"})),
    patch("taint twice", _NODE, _taints(_TWICE, _TWICE)),
    patch("taint with its time", _NODE, _taints(_TIMED), "spec.taints.0.key", "spec.taints.0.timeAdded"),
    patch("taint with a bad time", _NODE, _taints({**_TWICE, "timeAdded": "then"})),
    patch("no taints", _NODE, {"spec": {"taints": None}}, "spec.taints"),
    patch("an empty list of taints", _NODE, {"spec": {"taints": []}}, "spec.taints"),
    patch("another providerID", _NODE, {"spec": {"providerID": "aws:///x/i-2"}}),
    patch("no providerID", _NODE, {"spec": {"providerID": None}}),
    patch(
        "first podCIDRs",
        _NODE,
        {"spec": {"podCIDR": "10.0.0.0/24", "podCIDRs": ["10.0.0.0/24"]}},
        "spec.podCIDR",
    ),
    patch("other podCIDRs", _NODE, {"spec": {"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24"]}}),
    patch(
        "a word for a truth",
        _NODE,
        {"spec": {"unschedulable": "yes"}},
        content="application/strategic-merge-patch+json",
    ),
    patch("status through the node", _NODE, {"status": {"phase": "Running"}}, "status.phase"),
    patch("unknown field, applied", f"{_NODE}?fieldManager=me", _applied(nope=1), content=APPLY_PATCH),
    get("pods of the node", "/api/v1/pods?fieldSelector=spec.nodeName=none", "kind", "items"),
    post("attachment", ATTACHMENTS, _ATTACHMENT, "kind", "spec"),
    post("attachment of nothing", ATTACHMENTS, {**_ATTACHMENT, "metadata": {"name": "b"}, "spec": {}}),
    patch("another node for an attachment", _AT, {"spec": {"nodeName": "other"}}),
    delete("attachment that a finalizer holds", _AT, None, "kind", "metadata.finalizers"),
    patch("attachment without its finalizer", _AT, {"metadata": {"finalizers": None}}, "kind"),
    get("attachment is gone", _AT),
)
