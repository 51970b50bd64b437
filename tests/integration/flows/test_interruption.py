"""Nodes that die, on the deployed product: cordoned, saved, emptied, and their volumes free again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.integration.deployed import Deployed, until
from tests.integration.flows.story import pass_time

SPOT_NODE = "ip-192-168-1-30.ap-northeast-2.compute.internal"
NAMESPACE = "dying"
CLAIMS = f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
BUDGETS = f"/apis/policy/v1/namespaces/{NAMESPACE}/poddisruptionbudgets"


@dataclass
class Stage:
    """A database with two volumes on a spot node of its own, and another node that could take it."""

    product: Deployed
    node: str
    instance: str
    spare: str
    app: str

    def on(self, node: str) -> bool:
        """Whether the database runs there."""
        pods = self.product.admin.get(PODS)["items"]
        mine = [each for each in pods if each["metadata"]["labels"].get("app") == self.app]
        return len(mine) == 1 and (mine[0]["spec"].get("nodeName"), mine[0]["status"]["phase"]) == (
            node,
            "Running",
        )

    def node_object(self) -> dict[str, Any]:
        return self.product.admin.get(f"/api/v1/nodes/{self.node}")

    def attachments(self) -> list[dict[str, Any]]:
        found = self.product.admin.get("/apis/storage.k8s.io/v1/volumeattachments")["items"]
        return [each for each in found if each["spec"]["nodeName"] == self.node]

    def incident(self) -> dict[str, Any]:
        key = {"pk": {"S": f"INCIDENT#{self.instance}"}, "sk": {"S": "INCIDENT"}}
        table = self.product.outputs["JournalTableName"]
        item = self.product.sandbox.client("dynamodb").get_item(TableName=table, Key=key).get("Item")
        return json.loads(item["incident"]["S"]) if item else {}

    def timeline(self) -> str:
        return "\n".join(text for _, text, _ in self.incident().get("timeline", []))

    def saved(self) -> list[Any]:
        """The snapshots of its claims under the policy `interruption`."""
        found = self.product.snapshots("interruption")
        return [each for each in found if each.tags[tags.CLAIM].startswith(self.app)]

    def idle(self) -> None:
        self.product.sandbox.aws.wait_idle()


@pytest.fixture
def stage(product: Deployed, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage of its own for each test, named after it; its nodes are removed afterwards."""
    cluster, admin = product.cluster, product.admin
    cluster.call("driver", {"node_grace_seconds": 0.5, "cloud_controller": "missing"})
    node, spare = (cluster.call("lab", {"add_node": SPOT_NODE})["node"] for _ in range(2))
    app = request.function.__name__.removeprefix("test_").replace("_", "-")[:30].strip("-")
    if NAMESPACE not in {each["metadata"]["name"] for each in admin.get("/api/v1/namespaces")["items"]}:
        admin.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    for name in (f"{app}-data", f"{app}-log"):
        admin.create(CLAIMS, claim(name))
    instance = admin.get(f"/api/v1/nodes/{node}")["spec"]["providerID"].rpartition("/")[2]
    stage = Stage(product, node, instance, spare, app)
    admin.create(DEPLOYMENTS, deployment(app, node, spare))
    cordon(product, spare, True)
    until(lambda: stage.on(node) or None, f"{app} to run on {node}")
    cordon(product, spare, False)
    yield stage
    admin.delete(f"{DEPLOYMENTS}/{app}")
    for name in (node, spare):
        if name in {each["metadata"]["name"] for each in admin.get("/api/v1/nodes")["items"]}:
            admin.delete(f"/api/v1/nodes/{name}")
    cluster.call("driver", {"cloud_controller": "running"})


def claim(name: str) -> dict[str, Any]:
    requests = {"requests": {"storage": "20Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": requests}
    return {"metadata": {"name": name}, "spec": spec}


def deployment(app: str, *nodes: str) -> dict[str, Any]:
    """One pod with both claims, on one of these nodes."""
    claims = {"data": f"{app}-data", "log": f"{app}-log"}
    volumes = [{"name": key, "persistentVolumeClaim": {"claimName": claims[key]}} for key in claims]
    mounts = [{"name": key, "mountPath": f"/var/{key}"} for key in claims]
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": list(nodes)}
    required = {"nodeSelectorTerms": [{"matchExpressions": [here]}]}
    spec = {
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}},
        "containers": [{"name": "db", "image": "mysql:8.0", "volumeMounts": mounts}],
        "volumes": volumes,
    }
    return {
        "metadata": {"name": app},
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": app}},
            "template": {"metadata": {"labels": {"app": app}}, "spec": spec},
        },
    }


def cordon(product: Deployed, node: str, on: bool) -> None:
    product.admin.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": on}})


def budget(app: str) -> dict[str, Any]:
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": app}}}
    return {"metadata": {"name": f"{app}-budget"}, "spec": spec}


def test_a_notice_is_a_saved_node_and_a_database_elsewhere(stage: Stage) -> None:
    stage.product.sandbox.aws.interrupt(stage.instance)
    stage.idle()

    node = stage.node_object()
    assert node["spec"]["unschedulable"] is True
    assert json.loads(node["metadata"]["annotations"]["snapkeep.io/cordon"])["was_cordoned"] is False
    snapshots = stage.saved()
    assert {each.tags[tags.CLAIM] for each in snapshots} == {f"{stage.app}-data", f"{stage.app}-log"}
    assert len({each.started_at for each in snapshots}) == 1, "cut in one moment"
    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere")
    assert stage.attachments() == []
    pass_time(stage.product, timedelta(seconds=121))
    until(lambda: stage.incident().get("closed_at"), "the incident to be over", 60)
    assert "takes no new pods" in stage.timeline()
    assert "nothing holds a volume" in stage.timeline()
    until(lambda: len(stage.product.points("interruption")) >= 2 or None, "points")
    states = {point["state"] for point in stage.product.points("interruption")}
    assert states <= {"ready", "created", "pending", "completed"}, states
