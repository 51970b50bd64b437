"""A VolumeSnapshotClass that the driver refuses, on the deployed product: csi is given up at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from sandbox.demo import build
from tests.integration.deployed import CLUSTER, Deployed, until
from tests.integration.flows.story import deliver_job_again, pass_time

GROUP = "/apis/snapshot.storage.k8s.io/v1"
CLASS = f"{GROUP}/volumesnapshotclasses/snapkeep-{CLUSTER}"
POLICIES = ("unfit", "unfit-fallback")
RESERVED = "tag key 'ebs.csi.aws.com/cluster-name' is reserved"


@pytest.fixture
def old_class(product: Deployed) -> Iterator[None]:
    """The class as an older version applied it: it asks the driver for a tag that the driver reserves."""
    product.admin.patch(CLASS, {"parameters": {"tagSpecification_9": "ebs.csi.aws.com/cluster-name=x"}})
    yield
    mend(product)


def mend(product: Deployed) -> None:
    """Apply the class again, as `doctor` advises."""
    product.admin.delete(CLASS)
    product.admin.apply(build.manifests(build.ROOT / "snapkeep.yaml", CLUSTER))


@pytest.mark.slow
@pytest.mark.usefixtures("old_class")
def test_what_the_driver_refuses_is_taken_by_ebs_or_fails_with_its_text_and_is_never_cut_later(
    product: Deployed,
) -> None:
    for policy in POLICIES:
        product.make_claims(policy, 1)
        product.backup(policy)
        until(partial(refusal, product, policy), f"the driver to refuse {policy}")
    product.sandbox.aws.wait_idle()
    product.invoke("reconcile", {})

    assert product.until_closed("unfit")["state"] == "failed"
    (failed,) = product.points("unfit")
    assert failed["reason"].startswith("the EBS CSI driver refuses its VolumeSnapshot: ")
    assert RESERVED in failed["reason"]
    for policy in POLICIES:
        until(partial(withdrawn, product, policy), f"the objects of {policy} to be gone")
    deliver_job_again(product, "unfit-fallback")
    assert product.until_closed("unfit-fallback")["state"] == "completed"
    (taken,) = product.points("unfit-fallback")
    assert (taken["state"], taken["method"]) == ("ready", "ebs")
    assert RESERVED in taken["method_reason"]

    mend(product)
    pass_time(product, timedelta(minutes=20))
    product.invoke("reconcile", {})
    product.sandbox.aws.wait_idle()
    assert product.snapshots("unfit") == []
    assert [each.id for each in product.snapshots("unfit-fallback")] == [taken["snapshot_id"]]


def refusal(product: Deployed, namespace: str) -> str | None:
    """What the driver wrote into the status of the only VolumeSnapshot of a namespace."""
    errors = [(each.get("status") or {}).get("error") or {} for each in volume_snapshots(product, namespace)]
    return next((each["message"] for each in errors if "InvalidArgument" in each.get("message", "")), None)


def withdrawn(product: Deployed, namespace: str) -> bool | None:
    """True once no VolumeSnapshot of a namespace is left, nor a content that names one."""
    contents = [
        each
        for each in product.admin.get(f"{GROUP}/volumesnapshotcontents")["items"]
        if each["spec"]["volumeSnapshotRef"]["namespace"] == namespace
    ]
    return None if contents or volume_snapshots(product, namespace) else True


def volume_snapshots(product: Deployed, namespace: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.admin.get(f"{GROUP}/namespaces/{namespace}/volumesnapshots")[
        "items"
    ]
    return found
