"""Backups through the real driver and by EC2: when all is well, and when EC2 or the driver is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.e2e.audit import asked
from tests.e2e.product import CONTENTS, GROUP, SNAPSHOTS, Product
from tests.integration.deployed import CLUSTER, until

BULK = 100
BULK_SECONDS = 300.0
CALLS_A_CLAIM = 1.2
CLASS = f"{GROUP}/volumesnapshotclasses/snapkeep-{CLUSTER}"

pytestmark = pytest.mark.usefixtures("healthy_again")


def test_a_hundred_claims_are_backed_up_by_the_driver(product: Product) -> None:
    product.make_claims("bulk", BULK)
    start, began = product.audit.stat().st_size, time.monotonic()

    product.backup("bulk")
    run = product.until_closed("bulk", BULK_SECONDS)

    seconds = time.monotonic() - began
    calls = len(list(asked(product.audit, start)))
    print(f"{BULK} claims: {seconds:.0f} s, {calls} calls, {calls / BULK:.2f} a claim")
    assert (run["state"], int(run["ready"])) == ("completed", BULK)
    assert {point["method"] for point in product.points("bulk")} == {"csi"}
    assert len(product.snapshots("bulk")) == BULK
    assert calls / BULK <= CALLS_A_CLAIM


def test_a_snapshot_carries_all_tags_that_a_restore_needs(product: Product) -> None:
    """The driver writes some of them, the class others, and completion the rest."""
    snapshot = product.snapshots("bulk")[0]

    assert snapshot.tags["ebs.csi.aws.com/cluster"] == "true"
    assert snapshot.tags["ebs.csi.aws.com/cluster-name"] == CLUSTER
    assert snapshot.tags[tags.MANAGED] == "true"
    assert snapshot.tags[tags.CLUSTER] == CLUSTER
    assert snapshot.tags[tags.NAMESPACE] == "bulk"
    (point,) = [each for each in product.points("bulk") if each["snapshot_id"] == snapshot.id]
    assert snapshot.tags[tags.CLAIM] == point["claim"]["name"]


def test_requests_that_ec2_throttles_are_made_again(product: Product) -> None:
    product.make_claims("throttled", 2)
    product.sandbox.aws.fail_call("ec2:CreateSnapshot", "RequestLimitExceeded", status=503, times=3)

    product.backup("throttled")

    assert product.until_closed("throttled", 120)["state"] == "completed"
    assert product.sandbox.aws.faults() == []
    assert len(product.snapshots("throttled")) == 2


def test_while_ec2_shows_snapshots_late_the_driver_cuts_twins_and_one_counts(product: Product) -> None:
    """The sidecar polls by CreateSnapshot and the driver looks by DescribeSnapshots: each look before EC2
    shows the snapshot cuts another one.
    """
    product.make_claims("lagging", 1)
    product.sandbox.aws.settings(describe_lag_seconds=8.0, snapshot_seconds=12.0)

    product.backup("lagging")
    until(lambda: cut(product) or None, "the driver to cut twins", 90)
    product.sandbox.aws.settings(describe_lag_seconds=0.0)
    run = until(lambda: closed_by_reconcile(product), "the run to close", 120)
    assert run["state"] == "completed"
    until(lambda: len(counted(product)) == 1 or None, "all but one to be marked", 60)

    report = product.prune()

    assert report["refused"] == ""
    (kept,) = product.snapshots("lagging")
    (content,) = contents_of(product, "lagging")
    assert content["status"]["snapshotHandle"] == kept.id
    (point,) = product.points("lagging")
    assert point["snapshot_id"] == kept.id


def cut(product: Product) -> bool:
    made = product.sandbox.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return len([each for each in made if named(each).get(tags.SNAPSHOT_NAMESPACE) == "lagging"]) > 1


def named(snapshot: dict[str, Any]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in snapshot.get("Tags", [])}


def closed_by_reconcile(product: Product) -> Any:
    product.invoke("reconcile", {})
    run = product.run("lagging")
    return run if run.get("closed_at") else None


def counted(product: Product) -> list[str]:
    return [each.id for each in product.snapshots("lagging") if tags.DUPLICATE not in each.tags]


def contents_of(product: Product, namespace: str) -> list[dict[str, Any]]:
    """The VolumeSnapshotContents whose VolumeSnapshot is in a namespace."""
    found = product.store.list(CONTENTS)
    return [each for each in found if each["spec"]["volumeSnapshotRef"]["namespace"] == namespace]


@pytest.fixture
def old_class(product: Product) -> Iterator[None]:
    """The class as an older version applied it: it asks the driver for a tag that the driver reserves."""
    parameters = product.store.call("GET", CLASS)["parameters"]
    reserved = {**parameters, "tagSpecification_9": "ebs.csi.aws.com/cluster-name=x"}
    replace_class(product, reserved)
    yield
    product.store.call("DELETE", CLASS)
    product.apply_manifests()


def replace_class(product: Product, parameters: dict[str, str]) -> None:
    found = product.store.call("GET", CLASS)
    product.store.call("PUT", CLASS, {**found, "parameters": parameters})


def test_what_the_driver_refuses_for_good_is_taken_by_ebs_at_once(product: Product, old_class: None) -> None:
    product.make_claims("fallback", 1)
    product.backup("fallback")
    until(lambda: refused(product), "the driver to refuse", 60)
    product.sandbox.aws.wait_idle()

    product.invoke("reconcile", {})

    assert product.until_closed("fallback", 120)["state"] == "completed"
    (point,) = product.points("fallback")
    assert (point["state"], point["method"]) == ("ready", "ebs")
    assert "reserved" in point["method_reason"]
    until(lambda: None if product.store.list(SNAPSHOTS, "fallback") else True, "its object to go", 60)
    until(lambda: None if contents_of(product, "fallback") else True, "its content to go", 60)


def refused(product: Product) -> str | None:
    found = product.store.list(SNAPSHOTS, "fallback")
    errors = [(each.get("status") or {}).get("error", {}).get("message", "") for each in found]
    return next((each for each in errors if "InvalidArgument" in each), None)
