"""Nodes that die, on the deployed product: cordoned, saved, emptied, and their volumes free again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.integration.api import Person
from tests.integration.deployed import Deployed, until
from tests.integration.flows.story import pass_time

pytestmark = pytest.mark.slow

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


@pytest.fixture
def stage(product: Deployed, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage of its own for each test, named after it; its nodes are removed afterwards."""
    cluster, admin = product.cluster, product.admin
    cluster.call("driver", {"node_grace_seconds": 0.5, "cloud_controller": "missing"})
    node, spare = (cluster.call("lab", {"add_node": SPOT_NODE})["node"] for _ in range(2))
    app = request.function.__name__.removeprefix("test_").replace("_", "-")[:30].strip("-")
    if NAMESPACE not in {each["metadata"]["name"] for each in admin.get("/api/v1/namespaces")["items"]}:
        admin.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    instance = admin.get(f"/api/v1/nodes/{node}")["spec"]["providerID"].rpartition("/")[2]
    stage = Stage(product, node, instance, spare, app)
    for name in stage.claims:
        admin.create(CLAIMS, claim(name))
    admin.create(DEPLOYMENTS, deployment(app, node, spare))
    cordon(product, spare, True)
    until(lambda: stage.on(node) or None, f"{app} to run on {node}")
    cordon(product, spare, False)
    yield stage
    admin.delete(f"{DEPLOYMENTS}/{app}")
    for name in {node, spare} & stage.nodes():
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
    assert {each.tags[tags.CLAIM] for each in snapshots} == set(stage.claims)
    assert len({each.started_at for each in snapshots}) == 1, "cut in one moment"
    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere")
    assert stage.attachments() == []
    pass_time(stage.product, timedelta(seconds=121))
    until(lambda: stage.incident().get("closed_at"), "the incident to be over", 60)
    timeline = stage.timeline()
    for said in ("takes no new pods", f"evicted {NAMESPACE}/{stage.app}", "nothing holds a volume"):
        assert said in timeline, timeline


def test_what_was_saved_is_listed_and_restored_like_any_other_point(stage: Stage) -> None:
    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    stage.idle()
    until(lambda: all(each.state == "completed" for each in stage.saved()) or None, "the snapshots")
    person = Person(stage.product, "rescuer")
    place = f"/v1/clusters/myeks/namespaces/{NAMESPACE}"

    def listed() -> list[dict[str, Any]] | None:
        found = person.get(f"{place}/recovery-points?policy=interruption&state=ready")
        mine = [each for each in found.json["recovery_points"] if each["claim"] in stage.claims]
        return mine if len(mine) == len(stage.claims) else None

    points = until(listed, "both points to be ready")
    wish = {"recovery_point": points[0]["id"], "target": f"{stage.app}-back"[:60]}
    answer = person.post(f"{place}/restores", wish)
    assert answer.status == 202, answer.body


def test_the_same_notice_three_times_is_one_incident(stage: Stage) -> None:
    detail = {"instance-id": stage.instance, "instance-action": "terminate"}
    stage.product.sandbox.aws.put_event("aws.ec2", "EC2 Spot Instance Interruption Warning", detail, copies=3)
    stage.product.sandbox.aws.put_event(
        "aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": stage.instance}
    )
    stage.idle()

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere")
    assert len(stage.saved()) == len(stage.claims)
    assert len(stage.incident()["notices"]) == 2
    assert stage.timeline().count("takes no new pods") == 1


def test_an_unannounced_death_frees_the_volumes_of_a_node_that_stays(stage: Stage) -> None:
    stage.product.sandbox.aws.end_instance(stage.instance)

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", 60)
    assert stage.attachments() == []
    until(lambda: None if stage.taint() else True, "the taint to be removed again", 60)
    assert "is out of service: EC2 says its machine is gone" in stage.timeline()


def test_a_node_that_kubernetes_deleted_leaves_no_stale_attachment(stage: Stage) -> None:
    stage.product.cluster.call("driver", {"cloud_controller": "running", "node_grace_seconds": 0})
    # The news of the death comes late: by then the cloud controller has deleted the node.
    name = stage.node
    stage.product.sandbox.client("lambda").put_function_concurrency(
        FunctionName="snapkeep-release-volumes", ReservedConcurrentExecutions=0
    )
    stage.product.sandbox.aws.end_instance(stage.instance)
    until(lambda: name not in stage.nodes() or None, "the node to be deleted", 60)
    assert not stage.on(stage.spare)
    assert len(stage.attachments()) == len(stage.claims)

    stage.product.sandbox.client("lambda").delete_function_concurrency(
        FunctionName="snapkeep-release-volumes"
    )

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", 90)


def test_a_node_that_a_person_cordoned_stays_theirs(stage: Stage) -> None:
    cordon(stage.product, stage.node, True)

    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    stage.idle()
    pass_time(stage.product, timedelta(minutes=20))
    stage.tick()

    assert stage.node_object()["spec"]["unschedulable"] is True
    assert "snapkeep.io/cordon" not in stage.node_object()["metadata"].get("annotations", {})
    assert "cordoned by somebody else before" in stage.timeline()


def test_a_notice_that_led_to_nothing_is_taken_back(stage: Stage) -> None:
    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    stage.idle()
    assert stage.node_object()["spec"]["unschedulable"] is True

    pass_time(stage.product, timedelta(minutes=13))
    stage.tick()

    assert not stage.node_object()["spec"].get("unschedulable")
    assert "snapkeep.io/cordon" not in stage.node_object()["metadata"].get("annotations", {})
    assert "takes new pods again" in stage.timeline()


def test_a_recommendation_cordons_and_evicts_nobody(stage: Stage) -> None:
    stage.product.sandbox.aws.put_event(
        "aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": stage.instance}
    )
    stage.idle()
    assert stage.node_object()["spec"]["unschedulable"] is True
    assert stage.on(stage.node)
    assert "nobody is evicted for a recommendation" in stage.timeline()

    pass_time(stage.product, timedelta(minutes=61))
    stage.tick()

    assert not stage.node_object()["spec"].get("unschedulable")


def test_a_budget_that_blocks_is_named_and_tried_again(stage: Stage) -> None:
    stage.product.admin.create(BUDGETS, budget(stage.app))

    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    stage.idle()
    assert f"{stage.app}-budget" in stage.timeline()
    assert stage.on(stage.node)

    stage.product.admin.delete(f"{BUDGETS}/{stage.app}-budget")
    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere")


def test_a_stopped_instance_keeps_its_volumes_and_its_node(stage: Stage) -> None:
    aws = stage.product.sandbox.aws
    stage.product.admin.create(BUDGETS, budget(stage.app))
    aws.interrupt(stage.instance, "stop")
    pass_time(stage.product, timedelta(seconds=121))
    until(lambda: aws.instances()[stage.instance] == "stopped" or None, "the instance to stop")
    stage.idle()

    assert stage.taint() is None
    assert len(stage.attachments()) == len(stage.claims)
    aws.run_instance(stage.instance)
    stage.idle()
    stage.tick()
    assert not stage.node_object()["spec"].get("unschedulable")


def test_a_foreign_instance_is_asked_about_in_no_cluster(product: Deployed) -> None:
    ec2 = product.sandbox.client("ec2")
    launched = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
    foreign = launched["Instances"][0]["InstanceId"]
    product.sandbox.aws.wait_idle()
    product.cluster.traffic(reset=True)

    product.sandbox.aws.interrupt(foreign, dies=False)
    product.sandbox.aws.wait_idle()

    log = "\n".join(product.sandbox.aws.function_logs("snapkeep-handle-interruption"))
    assert f"no tag of {foreign} names a cluster" in log
    users = {row["user"] for row in product.cluster.traffic()["requests"]}
    assert not any("handle-interruption" in user for user in users)


def test_a_rehearsal_says_what_would_be_done_and_does_nothing(stage: Stage) -> None:
    request = {"dry_run": True, "cluster": "myeks", "instance": stage.instance}

    plan = stage.product.invoke("save-node", request)

    claims = {f"{claim['namespace']}/{claim['name']}" for claim in plan["save"]["claims"]}
    assert claims == {f"{NAMESPACE}/{name}" for name in stage.claims}
    leaving = [each["pod"]["name"] for each in plan["drain"]["leaving"]]
    assert len(leaving) == 1 and leaving[0].startswith(stage.app)
    assert stage.saved() == []
    assert not stage.node_object()["spec"].get("unschedulable")
