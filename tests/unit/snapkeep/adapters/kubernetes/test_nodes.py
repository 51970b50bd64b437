"""What is sent for a node and what an answer means; the contract meets the sandbox's API."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.kubernetes.nodes import KubernetesNodes
from snapkeep.domain.errors import ClusterUnreachable, Throttled
from snapkeep.domain.interruption.aftermath import TAINT
from snapkeep.domain.interruption.nodes import NodeChange, Pod
from snapkeep.ports.kubernetes import Evicted
from tests.fakes.clock import TestClock
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, ScriptedTransport, a_client

INSTANCE = "i-0123456789abcdef0"
POD = Pod("shop", "mysql-0", "uid-1")


def nodes(*replies: Reply | Exception) -> tuple[KubernetesNodes, ScriptedTransport]:
    client, http = a_client(*replies)
    return KubernetesNodes(client, TestClock()), http


def a_document(name: str = "node", instance: str = INSTANCE) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": "7"},
        "spec": {"providerID": f"aws:///a/{instance}"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def test_a_node_called_by_its_dns_name_costs_one_call() -> None:
    cluster, http = nodes(Reply(200, a_document()))
    found = cluster.find(INSTANCE, "node")
    assert found is not None and found.name == "node" and found.ready
    assert [request[1] for request in http.requests] == ["/api/v1/nodes/node"]


def test_a_node_called_by_its_instance_id_or_otherwise_is_found_too() -> None:
    by_id, _ = nodes(Reply(404), Reply(200, a_document(INSTANCE)))
    found = by_id.find(INSTANCE, "node")
    assert found is not None and found.name == INSTANCE
    others = {"items": [a_document("first", "i-0a"), a_document("odd")], "metadata": {}}
    otherwise, http = nodes(Reply(200, a_document(instance="i-0a")), Reply(404), Reply(200, others))
    found = otherwise.find(INSTANCE, "node")
    assert found is not None and found.name == "odd"
    assert len(http.requests) == 3


def test_a_change_is_a_merge_that_carries_the_version_it_was_read_at() -> None:
    cluster, http = nodes(Reply(200, a_document()), Reply(200))
    node = cluster.named("node")
    assert node is not None
    assert cluster.write(node, NodeChange(unschedulable=True, annotations={"a": "b"}))
    method, path, body = http.requests[-1]
    assert (method, path) == ("PATCH", "/api/v1/nodes/node")
    assert body == {
        "metadata": {"resourceVersion": "7", "annotations": {"a": "b"}},
        "spec": {"unschedulable": True},
    }
    assert http.headers[-1]["Content-Type"] == "application/merge-patch+json"


def test_lifting_removes_what_was_set() -> None:
    cluster, http = nodes(Reply(200, a_document()), Reply(200))
    node = cluster.named("node")
    assert node is not None
    cluster.write(node, NodeChange(unschedulable=False, annotations={"a": None}, taints=()))
    body = http.requests[-1][2]
    assert body["spec"] == {"unschedulable": None, "taints": None}
    assert body["metadata"]["annotations"] == {"a": None}


def test_a_taint_is_written_with_all_others() -> None:
    cluster, http = nodes(Reply(200, a_document()), Reply(200))
    node = cluster.named("node")
    assert node is not None
    cluster.write(node, NodeChange(taints=(TAINT,)))
    key = "node.kubernetes.io/out-of-service"
    assert http.requests[-1][2]["spec"]["taints"] == [
        {"key": key, "value": "nodeshutdown", "effect": "NoExecute"}
    ]


def test_409_says_that_somebody_else_wrote() -> None:
    cluster, _ = nodes(Reply(200, a_document()), Reply(409, {"message": "the object has been modified"}))
    node = cluster.named("node")
    assert node is not None and not cluster.write(node, NodeChange(unschedulable=True))


def test_401_is_answered_with_a_fresh_token() -> None:
    cluster, http = nodes(Reply(401), Reply(200, a_document()))
    assert cluster.named("node") is not None
    assert http.headers[0]["Authorization"] != http.headers[1]["Authorization"]


def test_an_eviction_names_the_pod_it_means_and_its_grace() -> None:
    cluster, http = nodes(Reply(201))
    assert cluster.evict(POD, 42) == Evicted()
    _, path, body = http.requests[0]
    assert path == "/api/v1/namespaces/shop/pods/mysql-0/eviction"
    assert body["deleteOptions"] == {"gracePeriodSeconds": 42, "preconditions": {"uid": "uid-1"}}


@pytest.mark.parametrize("status", [404, 409])
def test_a_pod_that_is_gone_or_another_one_is_no_trouble(status: int) -> None:
    assert nodes(Reply(status))[0].evict(POD, 1) == Evicted(gone=True)


def test_a_budget_that_blocks_is_told_in_its_own_words() -> None:
    said = "The disruption budget mysql needs 1 healthy pods and has 1 currently"
    causes = {"causes": [{"reason": "DisruptionBudget", "message": said}]}
    refused = {"message": "Cannot evict pod as it would violate the pod's disruption budget."}
    assert nodes(Reply(429, refused | {"details": causes}))[0].evict(POD, 1) == Evicted(blocked_by=said)


def test_two_budgets_block_too() -> None:
    text = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    assert nodes(Reply(500, {"message": text}))[0].evict(POD, 1) == Evicted(blocked_by=text)


def test_a_busy_or_broken_api_is_not_taken_for_a_budget() -> None:
    with pytest.raises(Throttled):
        nodes(Reply(429, {"message": "too many requests"}))[0].evict(POD, 1)
    with pytest.raises(ClusterUnreachable):
        nodes(Reply(500, {"message": "etcd"}))[0].evict(POD, 1)


def test_a_pod_is_removed_at_once_and_only_itself() -> None:
    cluster, http = nodes(Reply(200))
    cluster.delete_now(POD)
    assert http.requests[0][2] == {"preconditions": {"uid": "uid-1"}, "gracePeriodSeconds": 0}


def test_pods_show_what_a_drain_must_know() -> None:
    item = {
        "metadata": {
            "namespace": "shop",
            "name": "mysql-0",
            "uid": "u",
            "ownerReferences": [{"kind": "StatefulSet", "controller": True}],
            "annotations": {"kubernetes.io/config.mirror": "x"},
            "deletionTimestamp": "2026-11-24T12:00:00Z",
        },
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "volumes": [
                {"name": "data", "persistentVolumeClaim": {"claimName": "data-mysql-0"}},
                {"name": "scratch", "ephemeral": {}},
                {"name": "tmp", "emptyDir": {}},
            ],
        },
        "status": {"phase": "Running"},
    }
    cluster, http = nodes(Reply(200, {"items": [item], "metadata": {}}))
    (pod,) = cluster.pods("node")
    assert pod == Pod(
        "shop", "mysql-0", "u", "Running", "StatefulSet", 0, ("data-mysql-0", "mysql-0-scratch"), True, True
    )
    assert "fieldSelector=spec.nodeName%3Dnode" in http.requests[0][1]
