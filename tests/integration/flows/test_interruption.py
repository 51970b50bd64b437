"""Nodes that die, on the deployed product: cordoned, saved, emptied, and their volumes free again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.integration.api import Person
from tests.integration.deployed import Deployed, until
from tests.integration.flows.stage import BUDGETS, NAMESPACE, Stage, budget, cordon
from tests.integration.flows.story import pass_time

pytestmark = pytest.mark.slow


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
    assert stage.timeline().count("cordon: ") == 1


def test_an_unannounced_death_frees_the_volumes_of_a_node_that_stays(stage: Stage) -> None:
    stage.product.sandbox.aws.end_instance(stage.instance)

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", 60)
    assert stage.attachments() == []
    until(lambda: None if stage.taint() else True, "the taint to be removed again", 60)
    stage.idle()
    assert "is out of service: EC2 says its instance is gone" in stage.timeline()


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
    assert "already cordoned by somebody else" in stage.timeline()


def test_a_notice_that_led_to_nothing_is_taken_back(stage: Stage) -> None:
    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    stage.idle()
    assert stage.node_object()["spec"]["unschedulable"] is True

    pass_time(stage.product, timedelta(minutes=13))
    stage.tick()

    assert not stage.node_object()["spec"].get("unschedulable")
    assert "snapkeep.io/cordon" not in stage.node_object()["metadata"].get("annotations", {})
    assert "takes new pods again" in stage.timeline()


def test_what_aws_health_resolves_takes_pods_again_and_the_other_does_not(stage: Stage) -> None:
    aws = stage.product.sandbox.aws
    spare = stage.product.admin.get(f"/api/v1/nodes/{stage.spare}")["spec"]["providerID"].rpartition("/")[2]
    soon = aws.now() + timedelta(minutes=30)
    change = {
        "service": "EC2",
        "eventTypeCategory": "scheduledChange",
        "eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        "eventArn": f"arn:aws:health:ap-northeast-2::event/EC2/{stage.app}",
        "statusCode": "upcoming",
        "startTime": f"{soon:%a, %d %b %Y %H:%M:%S} GMT",
        "endTime": f"{soon:%a, %d %b %Y %H:%M:%S} GMT",
    }
    nodes = {name: f"/api/v1/nodes/{name}" for name in (stage.node, stage.spare)}

    def page(number: int, **statuses: str) -> None:
        entities = [{"entityValue": stage.instance, "status": statuses["ours"]}]
        entities.append({"entityValue": spare, "status": statuses["other"]})
        detail = {**change, "communicationId": f"{number}-1", "affectedEntities": entities}
        aws.put_event("aws.health", "AWS Health Event", detail)
        stage.idle()

    page(1, ours="PENDING", other="PENDING")
    assert all(stage.product.admin.get(path)["spec"]["unschedulable"] for path in nodes.values())

    pass_time(stage.product, timedelta(seconds=5))
    page(2, ours="PENDING", other="RESOLVED")

    assert not stage.product.admin.get(nodes[stage.spare])["spec"].get("unschedulable")
    assert stage.node_object()["spec"]["unschedulable"] is True
    assert not stage.incident().get("closed_at")


def test_a_recommendation_cordons_and_evicts_nobody(stage: Stage) -> None:
    stage.product.sandbox.aws.put_event(
        "aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": stage.instance}
    )
    stage.idle()
    assert stage.node_object()["spec"]["unschedulable"] is True
    assert stage.on(stage.node)
    assert "a rebalance recommendation evicts no pods" in stage.timeline()

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
