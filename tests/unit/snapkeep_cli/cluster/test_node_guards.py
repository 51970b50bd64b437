"""Which patches of a node the guards let through, asked of the sandbox's API server."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.authentication import Authenticator
from sandbox.kubernetes.bootstrap import fill
from sandbox.kubernetes.patches import merge_patch
from sandbox.kubernetes.requests import Request
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import Store
from snapkeep.adapters.kubernetes.nodes import KubernetesNodes
from snapkeep.domain.interruption.aftermath import Aftermath, aftermath
from snapkeep.domain.interruption.cordons import cordon, uncordon
from snapkeep.domain.interruption.instances import Instance, InstanceState
from snapkeep.domain.interruption.nodes import Attachment, Node, NodeChange
from snapkeep_cli.cluster.manifests import cluster_manifests
from snapkeep_cli.cluster.node_guards import binding, guards
from snapkeep_cli.config.cluster_access import FUNCTIONS, group_name
from tests.fakes.clock import TestClock

Document = dict[str, Any]

CORDONER, RELEASER = "handle_interruption", "release_volumes"
OUT = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}
GPU = {"key": "nvidia.com/gpu", "effect": "NoSchedule"}
OWNER = {"apiVersion": "v1", "kind": "ConfigMap", "name": "mine", "uid": "u1"}
NOTE, DEAD = "snapkeep.io/cordon", "snapkeep.io/out-of-service"

FRESH: Document = {
    "metadata": {
        "name": "ip-10-0-1-7",
        "uid": "n1",
        "resourceVersion": "1",
        "labels": {"kubernetes.io/os": "linux"},
        "annotations": {"csi.volume.kubernetes.io/nodeid": "{}"},
    },
    "spec": {"providerID": "aws:///ap-northeast-2a/i-0a", "taints": [GPU]},
}


def node(**parts: Document) -> Document:
    """FRESH, its metadata and spec changed."""
    return merge_patch(deepcopy(FRESH), parts)


CORDONED = node(metadata={"annotations": {NOTE: "{}"}}, spec={"unschedulable": True})
CORDONED_BY_A_PERSON = node(spec={"unschedulable": True})
DEAD_NODE = node(metadata={"annotations": {DEAD: "true"}}, spec={"taints": [GPU, OUT]})
TAINTED_BY_A_PERSON = node(spec={"taints": [GPU, OUT]})
READY, SILENT = (
    node() | {"status": {"conditions": [{"type": "Ready", "status": status}]}}
    for status in ("True", "Unknown")
)
KEPT_FREE = OUT | {"effect": "NoSchedule"}
KEPT_FREE_AND_READY = node(spec={"taints": [GPU, KEPT_FREE]}) | {"status": READY["status"]}
"""With the key of our taint by a person, who evicts nothing."""
FORGOTTEN = node(metadata={"annotations": {NOTE: "{}"}})
BARE: Document = {"metadata": {"name": "bare", "uid": "n2", "resourceVersion": "1"}, "spec": {}}


def noted(note: str, value: str | None) -> Document:
    """The patch that sets or removes one of our annotations."""
    return {"metadata": {"annotations": {note: value}}}


class Client:
    """A cluster of one node, which keeps the patch that it is sent."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.patched: Document = {}

    def get(self, path: str) -> Document:
        return self.document

    def patch(self, path: str, body: Document) -> None:
        self.patched = body


def as_read(document: Document) -> Node:
    """The node as our adapter reads it."""
    found = KubernetesNodes(Client(document), TestClock()).named("any")  # type: ignore[arg-type]
    assert found is not None
    return found


def patched(document: Document, change: NodeChange | None) -> Document:
    """The merge patch that our adapter sends for a change."""
    assert change is not None
    client = Client(document)
    KubernetesNodes(client, TestClock()).write(as_read(document), change)  # type: ignore[arg-type]
    del client.patched["metadata"]["resourceVersion"]  # the sandbox's API server numbers on its own
    return client.patched


def after_death(document: Document, attachments: int) -> Aftermath:
    dead = Instance("i-0a", InstanceState.TERMINATED)
    stale = [Attachment(f"a{each}", "u", "v", "ip-10-0-1-7", "i-0a") for each in range(attachments)]
    return aftermath("i-0a", dead, as_read(document), stale, {})


def complaints(
    function: str, before: Document, patch: Document, groups: list[str] | None = None
) -> list[str]:
    """What an API server with our manifests says against a patch by a function."""
    store = Store()
    fill(store)
    for manifest in cluster_manifests("myeks"):
        plural = next(each.plural for each in RESOURCES.values() if each.kind == manifest["kind"])
        store.create(plural, None, manifest)
    everybody = {"kind": "Group", "name": "system:authenticated"}
    role = {"kind": "ClusterRole", "name": "cluster-admin"}
    store.create(
        "clusterrolebindings", None, {"metadata": {"name": "all"}, "subjects": [everybody], "roleRef": role}
    )
    store.create("nodes", None, before)
    headers = {
        "authorization": "Bearer admin",
        "impersonate-user": "somebody",
        "impersonate-group": ",".join([group_name(function)] if groups is None else groups),
        "content-type": "application/merge-patch+json",
    }
    path = f"/api/v1/nodes/{before['metadata']['name']}"
    request = Request("PATCH", path, {}, headers, json.dumps(patch).encode())
    answer = Api(store, Authenticator("admin", None)).handle(request)
    if answer.status == 200:
        return []
    assert isinstance(answer.body, bytes)
    refusal = json.loads(answer.body)
    assert (answer.status, refusal["reason"]) == (422, "Invalid"), refusal
    return [refusal["message"].partition(" denied request: ")[2]]


AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.mark.parametrize("before", [FRESH, BARE, READY, FORGOTTEN])
def test_what_the_cordoner_writes_passes(before: Document) -> None:
    plan = cordon(as_read(before), "event", AT)
    assert complaints(CORDONER, before, patched(before, plan.change)) == []


@pytest.mark.parametrize(
    "before", [CORDONED, node(metadata={"annotations": {NOTE: "{}"}})], ids=["cordoned", "uncordoned since"]
)
def test_what_lifts_our_cordon_passes(before: Document) -> None:
    assert complaints(CORDONER, before, patched(before, uncordon(as_read(before)).change)) == []


@pytest.mark.parametrize("before", [SILENT, BARE, node(metadata={"annotations": {DEAD: "true"}})])
def test_what_takes_a_dead_node_out_of_service_passes(before: Document) -> None:
    assert complaints(RELEASER, before, patched(before, after_death(before, 1).change)) == []


@pytest.mark.parametrize(
    "before", [DEAD_NODE, node(metadata={"annotations": {DEAD: "true"}})], ids=["tainted", "untainted since"]
)
def test_what_puts_a_node_back_into_service_passes(before: Document) -> None:
    assert complaints(RELEASER, before, patched(before, after_death(before, 0).change)) == []


@pytest.mark.parametrize(
    ("function", "before", "patch", "complaint"),
    [
        (CORDONER, FRESH, {"spec": {"unschedulable": True}}, f"only with the annotation {NOTE}"),
        (CORDONER, CORDONED_BY_A_PERSON, {"spec": {"unschedulable": None}}, "lifts no cordon without it"),
        (CORDONER, FRESH, noted(NOTE, "{}"), "sets either only with the other"),
        (CORDONER, CORDONED_BY_A_PERSON, noted(NOTE, "{}"), "sets either only with the other"),
        (CORDONER, CORDONED, {"spec": {"unschedulable": None}}, "goes with the cordon"),
        (CORDONER, CORDONED, noted(NOTE, None), "the cordon with snapkeep.io/cordon"),
        (CORDONER, FRESH, {"spec": {"taints": [GPU, OUT]}}, "does not change spec.taints"),
        (CORDONER, FRESH, {"spec": {"taints": None}}, "does not change spec.taints"),
        (CORDONER, BARE, {"spec": {"providerID": "aws:///x/i-0b"}}, "does not change spec.providerID"),
        (CORDONER, FRESH, {"spec": {"podCIDR": "10.0.0.0/8"}}, "does not change spec.podCIDR"),
        (CORDONER, FRESH, {"spec": {"podCIDRs": ["10.0.0.0/8"]}}, "does not change spec.podCIDRs"),
        (CORDONER, FRESH, {"metadata": {"labels": {"disk": "nvme"}}}, "does not change metadata.labels"),
        (CORDONER, FRESH, {"metadata": {"labels": None}}, "does not change metadata.labels"),
        (CORDONER, FRESH, {"metadata": {"finalizers": ["x/y"]}}, "does not change metadata.finalizers"),
        (
            CORDONER,
            FRESH,
            {"metadata": {"ownerReferences": [OWNER]}},
            "does not change metadata.ownerReferences",
        ),
        (CORDONER, FRESH, {"metadata": {"annotations": {"other": "1"}}}, "changes no annotation"),
        (
            CORDONER,
            FRESH,
            {"metadata": {"annotations": {"csi.volume.kubernetes.io/nodeid": "i-0b"}}},
            "changes no annotation",
        ),
        (CORDONER, FRESH, {"metadata": {"annotations": None}}, "changes no annotation"),
        (CORDONER, FRESH, {"metadata": {"annotations": {DEAD: "true"}}}, "changes no annotation"),
        (RELEASER, FRESH, {"spec": {"taints": [GPU, OUT]}}, f"only with the annotation {DEAD}"),
        (RELEASER, TAINTED_BY_A_PERSON, {"spec": {"taints": [GPU]}}, "removes none without it"),
        (RELEASER, FRESH, noted(DEAD, "true"), "either only with the other"),
        (RELEASER, TAINTED_BY_A_PERSON, noted(DEAD, "true"), "either only with the other"),
        (RELEASER, DEAD_NODE, {"spec": {"taints": [GPU]}}, "goes with the taint"),
        (RELEASER, DEAD_NODE, noted(DEAD, None), "goes with the taint"),
        (RELEASER, READY, noted(DEAD, "true") | {"spec": {"taints": [GPU, OUT]}}, "on no node that is ready"),
        (RELEASER, DEAD_NODE, {"spec": {"taints": [OUT]}}, "changes no taint but"),
        (RELEASER, FRESH, {"spec": {"taints": [GPU | {"effect": "NoExecute"}]}}, "changes no taint but"),
        (RELEASER, BARE, {"spec": {"taints": [GPU]}}, "changes no taint but"),
        (RELEASER, TAINTED_BY_A_PERSON, {"spec": {"taints": [GPU, KEPT_FREE]}}, "changes none that stays"),
        (RELEASER, KEPT_FREE_AND_READY, {"spec": {"taints": [GPU, OUT]}}, "changes none that stays"),
        (
            RELEASER,
            KEPT_FREE_AND_READY,
            {"spec": {"taints": [GPU, KEPT_FREE, OUT]}},
            "changes none that stays",
        ),
        (RELEASER, FRESH, {"spec": {"unschedulable": True}}, "does not change spec.unschedulable"),
        (RELEASER, CORDONED, {"spec": {"unschedulable": None}}, "does not change spec.unschedulable"),
        (RELEASER, CORDONED, {"metadata": {"annotations": {NOTE: None}}}, "changes no annotation"),
        (RELEASER, BARE, {"spec": {"providerID": "aws:///x/i-0b"}}, "does not change spec.providerID"),
    ],
)
def test_any_other_patch_is_refused_by_what_it_would_change(
    function: str, before: Document, patch: Document, complaint: str
) -> None:
    (said,) = complaints(function, before, patch)

    assert complaint in said
    assert said.startswith(group_name(function))


@pytest.mark.parametrize(
    ("function", "theirs", "note", "lifted"),
    [
        (CORDONER, CORDONED_BY_A_PERSON, NOTE, {"unschedulable": None}),
        (RELEASER, TAINTED_BY_A_PERSON, DEAD, {"taints": [GPU]}),
    ],
)
def test_what_a_person_set_is_lifted_by_no_order_of_patches(
    function: str, theirs: Document, note: str, lifted: Document
) -> None:
    sets, lifts, takes_off = noted(note, "{}"), {"spec": lifted}, noted(note, None)

    for patch in (sets, lifts, sets | lifts, takes_off | lifts):
        assert complaints(function, theirs, patch) != []


@pytest.mark.parametrize("function", [CORDONER, RELEASER])
@pytest.mark.parametrize("groups", [[], ["system:nodes"], ["system:masters"], ["snapkeep:save-node"]])
def test_nobody_else_is_limited(function: str, groups: list[str]) -> None:
    assert complaints(function, FRESH, {"spec": {"taints": None}, "metadata": {"labels": None}}, groups) == []


def test_whoever_may_patch_nodes_has_a_guard_that_denies() -> None:
    patching = {
        name
        for name, rules in FUNCTIONS.items()
        for rule in rules
        if "nodes" in rule.resources and "patch" in rule.verbs
    }

    assert set(guards()) == {f"snapkeep-{name.replace('_', '-')}" for name in patching}
    for name, spec in guards().items():
        assert spec["failurePolicy"] == "Fail"
        assert binding(name) == {"policyName": name, "validationActions": ["Deny"]}
