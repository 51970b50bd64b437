"""Two claims on one EBS volume, as deployed: each has a snapshot of its own, and each run ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.integration.deployed import Deployed, until
from tests.integration.flows.story import counted, pass_time, waiting_completions

pytestmark = pytest.mark.slow

VOLUMES = "/api/v1/persistentvolumes"
AGAIN = "again"
LABELS = {"app": "shop"}


@pytest.fixture(autouse=True)
def one_snapshot_of_a_volume_in_fifteen_seconds(product: Deployed) -> Iterator[None]:
    """As EC2 wants it."""
    product.sandbox.aws.settings(volume_snapshot_spacing_seconds=15.0)
    yield
    product.sandbox.aws.settings(volume_snapshot_spacing_seconds=0.0)


def claim_again(product: Deployed, namespace: str) -> str:
    """Bind a second claim to the volume of `bulk-0000` by a static PersistentVolume; returns its EC2 id."""
    claims = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    found = product.admin.get(f"{claims}/bulk-0000")
    volume = product.admin.get(f"{VOLUMES}/{found['spec']['volumeName']}")
    name = f"{namespace}-{AGAIN}"
    spec = volume["spec"] | {
        "claimRef": {"namespace": namespace, "name": AGAIN},
        "persistentVolumeReclaimPolicy": "Retain",
    }
    kind = {"apiVersion": "v1", "kind": "PersistentVolume"}
    product.admin.create(VOLUMES, {**kind, "metadata": {"name": name}, "spec": spec})
    metadata: dict[str, Any] = {"name": AGAIN, "labels": LABELS}
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    product.admin.create(claims, {**kind, "metadata": metadata, "spec": found["spec"] | {"volumeName": name}})
    until(
        lambda: product.admin.get(f"{claims}/{AGAIN}")["status"].get("phase") == "Bound" or None,
        "the second claim to be bound",
    )
    return str(spec["csi"]["volumeHandle"])


def attach_to_one_node(product: Deployed, volumes: list[str]) -> None:
    ec2 = product.sandbox.client("ec2")
    instance = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    for number, volume in enumerate(volumes):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device=f"/dev/sd{'xyz'[number]}")


def told(product: Deployed, policy: str) -> dict[str, list[str]]:
    """Claim to the other claims on its volume, as journaled."""
    return {point["claim"]["name"]: list(point.get("sharers", ())) for point in product.points(policy)}


@pytest.mark.parametrize("policy", ["shared-ebs", "shared-csi", "shared-group"])
def test_claims_on_one_volume_have_a_snapshot_each_and_name_each_other(
    product: Deployed, policy: str
) -> None:
    order = {"bulk_claims": 2, "namespace": policy, "labels": LABELS}
    product.cluster.call("lab", order)
    shared = claim_again(product, policy)
    if policy == "shared-group":
        wanted = [{"Name": "tag:kubernetes.io/created-for/pvc/namespace", "Values": [policy]}]
        found = product.sandbox.client("ec2").describe_volumes(Filters=wanted)["Volumes"]
        attach_to_one_node(product, [volume["VolumeId"] for volume in found])
    product.backup(policy)
    run = until(lambda: ended(product, policy), f"the run of {policy} to end", 90)
    product.sandbox.aws.wait_idle()

    assert (run["state"], int(run["ready"]), int(run["total"])) == ("completed", 3, 3)
    claims = {claim for claim, _ in counted(product, policy)}
    assert claims == {"bulk-0000", "bulk-0001", AGAIN} and set(counted(product, policy).values()) == {1}
    assert told(product, policy) == {
        "bulk-0000": [f"{policy}/{AGAIN}"],
        "bulk-0001": [],
        AGAIN: [f"{policy}/bulk-0000"],
    }
    cut = sorted(each.started_at for each in product.snapshots(policy) if each.volume_id == shared)
    assert len(cut) == 2 and cut[1] - cut[0] >= timedelta(seconds=15)


def ended(product: Deployed, policy: str) -> dict[str, Any] | None:
    """The closed run; while it is open time passes for those who wait for EC2."""
    run = product.run(policy)
    if not run.get("closed_at"):
        pass_time(product, timedelta(seconds=1))
        return None
    return run


def test_a_snapshot_that_inherited_the_tags_of_its_volume_is_nobodys_business(product: Deployed) -> None:
    """AWS Backup copies the tags of a volume that somebody tagged so that Snapkeep may snapshot it."""
    ec2 = product.sandbox.client("ec2")
    volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    inherited = [{"Key": tags.MANAGED, "Value": "true"}, {"Key": "aws-backup", "Value": "copied"}]
    specification = [{"ResourceType": "snapshot", "Tags": inherited}]
    made = ec2.create_snapshot(VolumeId=volume, TagSpecifications=specification)["SnapshotId"]
    pass_time(product, timedelta(seconds=5))
    product.sandbox.aws.wait_idle()
    assert waiting_completions(product) == {}

    pass_time(product, timedelta(days=2))
    told = product.prune(orphans=True, dry_run=True)["orphans"]
    assert made not in {orphan["name"] for orphan in told}
    pruned = product.prune(dry_run=True)
    assert made not in str(pruned)
    (still,) = ec2.describe_snapshots(SnapshotIds=[made])["Snapshots"]
    assert still["State"] == "completed"
