"""A stage for the end of a node: a database on a spot node of its own, and a node that could take it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from snapkeep.domain import tags
from tests.integration.deployed import Deployed, until

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

    @property
    def claims(self) -> tuple[str, str]:
        """The claims of the database."""
        return f"{self.app}-data", f"{self.app}-log"

    def nodes(self) -> set[str]:
        """The names of all nodes."""
        return {each["metadata"]["name"] for each in self.product.admin.get("/api/v1/nodes")["items"]}

    def taint(self) -> dict[str, Any] | None:
        """The node's out-of-service taint."""
        taints = self.node_object()["spec"].get("taints") or []
        return next((each for each in taints if each["key"] == "node.kubernetes.io/out-of-service"), None)

    def tick(self) -> None:
        """What the schedule that watches incidents sends."""
        now = self.product.sandbox.aws.now()
        self.product.invoke("handle-interruption", {"scheduledTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"})
        self.idle()

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


@contextmanager
def staged(product: Deployed, app: str, storage_class: str = "gp3") -> Iterator[Stage]:
    """A stage whose database has this name; its nodes are removed afterwards."""
    cluster, admin = product.cluster, product.admin
    cluster.call("driver", {"node_grace_seconds": 0.5, "cloud_controller": "missing"})
    node, spare = (cluster.call("lab", {"add_node": SPOT_NODE})["node"] for _ in range(2))
    if NAMESPACE not in {each["metadata"]["name"] for each in admin.get("/api/v1/namespaces")["items"]}:
        admin.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    instance = admin.get(f"/api/v1/nodes/{node}")["spec"]["providerID"].rpartition("/")[2]
    stage = Stage(product, node, instance, spare, app)
    for name in stage.claims:
        admin.create(CLAIMS, claim(name, storage_class))
    admin.create(DEPLOYMENTS, deployment(app, node, spare))
    cordon(product, spare, True)
    until(lambda: stage.on(node) or None, f"{app} to run on {node}")
    cordon(product, spare, False)
    yield stage
    admin.delete(f"{DEPLOYMENTS}/{app}")
    for name in {node, spare} & stage.nodes():
        admin.delete(f"/api/v1/nodes/{name}")
    cluster.call("driver", {"cloud_controller": "running"})


def claim(name: str, storage_class: str = "gp3") -> dict[str, Any]:
    requests = {"requests": {"storage": "20Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": storage_class, "resources": requests}
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
