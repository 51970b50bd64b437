"""Nodes that die under a real control plane: saved and emptied in time, or released when it was too late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.kubernetes.store import NotFound
from tests.e2e.product import Product
from tests.integration.deployed import CLUSTER, until
from tests.integration.flows.stage import (
    BUDGETS,
    CLAIMS,
    DEPLOYMENTS,
    NAMESPACE,
    SPOT_NODE,
    budget,
    claim,
    cordon,
    deployment,
)
from tests.integration.flows.stage import Stage as Place
from tests.integration.flows.story import pass_time


class Stage(Place):
    """As in the sandbox, beside a real control plane."""

    product: Product


SECONDS = 120.0
"""A node is silent for 20 s before Kubernetes calls it dead, and attached volumes are detached after that."""


@pytest.fixture
def stage(product: Product, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A database with two volumes on a spot node of its own, beside a spare node."""
    node, spare = (product.cluster.call("lab", {"add_node": SPOT_NODE})["node"] for _ in range(2))
    if product.is_gone("namespaces", None, NAMESPACE):
        product.make_namespace(NAMESPACE)
    app = request.node.originalname.removeprefix("test_").replace("_", "-")[:30].strip("-")
    instance = product.store.get("nodes", None, node)["spec"]["providerID"].rpartition("/")[2]
    stage = Stage(product, node, instance, spare, app)
    cordon(product, spare, True)
    for name in stage.claims:
        product.admin.create(CLAIMS, claim(name))
    product.admin.create(DEPLOYMENTS, deployment(app, node, spare))
    until(lambda: stage.on(node) or None, f"{app} to run on {node}", SECONDS)
    cordon(product, spare, False)
    yield stage
    product.admin.delete(f"{DEPLOYMENTS}/{app}")
    product.cluster.call("cloud", {"present": True})
    for name in (node, spare):
        remove_node(product, name)


def remove_node(product: Product, name: str) -> None:
    """Another machine may get its name, so nothing may remain."""
    for resource in ("nodes", "csinodes"):
        if not product.is_gone(resource, None, name):
            with suppress(NotFound):  # the cloud controller was faster
                product.store.delete(resource, None, name)


def test_a_budget_is_respected_and_named_until_it_lets_go(stage: Stage) -> None:
    stage.product.admin.create(BUDGETS, budget(stage.app))
    stage.product.sandbox.aws.interrupt(stage.instance, dies=False)
    until(lambda: f"{stage.app}-budget" in stage.timeline() or None, "the budget to be named", SECONDS)
    assert stage.on(stage.node)
    assert stage.node_object()["spec"]["unschedulable"] is True
    assert len(stage.saved()) == len(stage.claims)

    stage.product.admin.delete(f"{BUDGETS}/{stage.app}-budget")

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", SECONDS)
    stage.idle()
    pass_time(stage.product, timedelta(minutes=13))
    stage.tick()


def test_a_death_frees_the_volumes_of_a_node_that_stays(stage: Stage) -> None:
    stage.product.cluster.call("cloud", {"present": False})
    stage.product.sandbox.aws.end_instance(stage.instance)

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", SECONDS)
    until(lambda: stage.attachments() == [] or None, "the attachments to go", SECONDS)
    until(lambda: None if stage.taint() else True, "the taint to be taken back", SECONDS)
    stage.idle()
    assert "is out of service: EC2 says its instance is gone" in stage.timeline()


def test_what_a_budget_still_blocks_is_deleted_at_the_last_moment(stage: Stage) -> None:
    """The notice was written 80 s ago, so 40 s are left."""
    stage.product.admin.create(BUDGETS, budget(stage.app))
    detail = {"instance-id": stage.instance, "instance-action": "terminate"}
    written = datetime.now(UTC) - timedelta(seconds=80)

    stage.product.sandbox.aws.put_event(
        "aws.ec2", "EC2 Spot Instance Interruption Warning", detail, time=written
    )

    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", SECONDS)
    stage.idle()
    assert f"{stage.app}-budget" in stage.timeline()
    stage.product.admin.delete(f"{BUDGETS}/{stage.app}-budget")


def test_a_node_that_is_not_called_as_its_machine_is_found(stage: Stage) -> None:
    """Neither by its private DNS name nor by its instance's id: only its providerID tells."""
    store = stage.product.store
    node = {"metadata": {"name": "custom-name"}, "spec": {"providerID": f"aws:///x/{stage.instance}"}}
    remove_node(stage.product, stage.node)
    store.create("nodes", None, node)

    plan = stage.product.invoke(
        "save-node", {"dry_run": True, "cluster": CLUSTER, "instance": stage.instance}
    )
    assert plan["save"]["claims"] == []
    stage.product.sandbox.aws.put_event(
        "aws.ec2", "EC2 Instance Rebalance Recommendation", {"instance-id": stage.instance}
    )
    until(lambda: is_cordoned(stage.product, "custom-name"), "it to be cordoned", SECONDS)
    store.delete("nodes", None, "custom-name")


def is_cordoned(product: Product, name: str) -> bool | None:
    return bool(product.store.get("nodes", None, name)["spec"].get("unschedulable")) or None


def test_a_node_that_kubernetes_deleted_leaves_no_stale_attachment(stage: Stage) -> None:
    stage.product.sandbox.aws.end_instance(stage.instance)

    until(lambda: stage.node not in stage.nodes() or None, "the node to be deleted", SECONDS)
    until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere", SECONDS)
    assert stage.attachments() == []
