"""Drains that are left to a managed node group, on the deployed product: not done, done, and only told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.integration.deployed import until
from tests.integration.flows.stage import DEPLOYMENTS, NAMESPACE, PODS, Stage, deployment
from tests.integration.flows.story import pass_time

pytestmark = pytest.mark.slow

VERIFY_AFTER = timedelta(seconds=40)
UNDRAINED = "the managed node group has not evicted"


def leave_drain(stage: Stage, **labels: str) -> None:
    """Let a rule of the config leave the drain of the node to its managed node group."""
    path = f"/api/v1/nodes/{stage.node}"
    stage.product.admin.patch(path, {"metadata": {"labels": {"drain": "auto", **labels}}})
    assert "eks.amazonaws.com/nodegroup" in stage.node_object()["metadata"]["labels"]


def warn(stage: Stage) -> None:
    """A spot notice of which nothing comes, and the first look at it."""
    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    stage.idle()
    assert "drains its own nodes" in stage.timeline()


def look(stage: Stage, copies: int = 1) -> None:
    """What the queue sends, so many times."""
    body = json.dumps({"instance": stage.instance})
    records = [
        {"messageId": f"copy-{number}", "body": body, "eventSource": "aws:sqs"} for number in range(copies)
    ]
    answer = stage.product.invoke("save-node", {"Records": records})
    assert answer == {"batchItemFailures": []}
    stage.idle()


def node_events(stage: Stage) -> list[str]:
    """The reasons of Kubernetes Events about the node."""
    found = stage.product.admin.get("/api/v1/namespaces/default/events")["items"]
    return [each["reason"] for each in found if each["involvedObject"]["name"] == stage.node]


def test_a_group_that_drains_nobody_is_told_of_and_its_node_drained(stage: Stage) -> None:
    leave_drain(stage)
    warn(stage)
    assert stage.on(stage.node) and len(stage.saved()) == len(stage.claims)

    # The message that the first look has left in the queue: 40 seconds of real time.
    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", 90)
    stage.idle()

    timeline = stage.timeline()
    assert f"{UNDRAINED} {NAMESPACE}/{stage.app}" in timeline and "; Snapkeep evicts" in timeline
    assert f"evicted {NAMESPACE}/{stage.app}" in timeline
    assert node_events(stage).count("SnapkeepUndrained") == 1
    assert stage.attachments() == []


def test_a_group_that_drains_in_time_is_left_to_it(stage: Stage) -> None:
    leave_drain(stage)
    warn(stage)
    mine = [each for each in stage.product.admin.get(PODS)["items"] if stage.app in each["metadata"]["name"]]
    name = mine[0]["metadata"]["name"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    stage.product.admin.create(f"{PODS}/{name}/eviction", eviction)

    pass_time(stage.product, VERIFY_AFTER)
    look(stage)

    assert "has left no pod with a claim to evict" in stage.timeline()
    assert UNDRAINED not in stage.timeline() and f"evicted {NAMESPACE}/" not in stage.timeline()


def test_pods_without_claims_are_waited_for_by_nobody(stage: Stage) -> None:
    leave_drain(stage)
    stage.product.admin.delete(f"{DEPLOYMENTS}/{stage.app}")
    until(lambda: not stage.on(stage.node) or None, "the database to go")
    plain = deployment(stage.app, stage.node)
    plain["spec"]["template"]["spec"].update(volumes=[], containers=[{"name": "web", "image": "nginx"}])
    stage.product.admin.create(DEPLOYMENTS, plain)
    until(lambda: stage.on(stage.node) or None, "the web server to run")

    warn(stage)
    pass_time(stage.product, VERIFY_AFTER)
    look(stage)

    assert stage.on(stage.node) and UNDRAINED not in stage.timeline()


def test_a_message_that_comes_three_times_says_and_evicts_once(stage: Stage) -> None:
    leave_drain(stage)
    warn(stage)
    look(stage, copies=2)
    assert stage.on(stage.node)
    pass_time(stage.product, VERIFY_AFTER)

    look(stage, copies=3)

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere")
    assert stage.timeline().count(UNDRAINED) == 1
    assert stage.timeline().count(f"\nevicted {NAMESPACE}/") == 1
    assert node_events(stage).count("SnapkeepUndrained") == 1


def test_where_the_rules_say_tell_it_is_told_and_nothing_done(stage: Stage) -> None:
    leave_drain(stage, verify="tell")
    warn(stage)
    pass_time(stage.product, VERIFY_AFTER)

    look(stage, copies=2)

    assert stage.on(stage.node)
    assert stage.timeline().count("Snapkeep evicts nobody (verify: tell)") == 1
    assert node_events(stage).count("SnapkeepUndrained") == 1
