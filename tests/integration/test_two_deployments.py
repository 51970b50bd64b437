"""Two deployments in one account, as deployed: one cluster is refused, and where both are, none is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo import build
from sandbox.demo.facts import LiveSnapshot
from sandbox.deploy import DeploymentError, deploy
from snapkeep.domain import tags
from tests.integration.deployed import CLUSTER, PATIENCE, Deployed, config_of, deployed, until
from tests.integration.flows.story import pass_time, waiting_completions

pytestmark = pytest.mark.slow

POLICY = "shared"
OTHER = "other"
SERVING = f"/snapkeep/clusters/{CLUSTER}"


def config(*clusters: str) -> dict[str, Any]:
    """A policy that keeps one point, in these clusters."""
    named = [{"name": name, "region": "ap-northeast-2"} for name in clusters]
    return config_of({"name": POLICY, "method": "ebs", "retention": {"last": 1}}, clusters=named)


def of(deployment: Deployed) -> list[LiveSnapshot]:
    """The snapshots that name a deployment."""
    found = deployment.snapshots(POLICY)
    return [each for each in found if each.tags.get(tags.DEPLOYMENT) == deployment.prefix]


def register_other(product: Deployed) -> None:
    """Let the account have another cluster; nobody needs to get an answer from it."""
    eks = product.sandbox.client("eks")
    authority = eks.describe_cluster(name=CLUSTER)["cluster"]["certificateAuthority"]["data"]
    product.sandbox.aws.register_cluster(OTHER, product.sandbox.kubernetes_url, authority)


def add_green(product: Deployed, folder: Path) -> Deployed:
    """A second deployment: refused for the cluster of the first, then let in by force."""
    path = folder / "green.yaml"
    path.write_text(json.dumps(config(OTHER, CLUSTER)))
    limit = build.SECONDS * PATIENCE
    assembly = build.synthesize(path, folder / "green", limit, stack="Green", prefix="green")
    client = product.sandbox.client
    with pytest.raises(DeploymentError, match=r"ServedClusters.*\(AWS::SSM::Parameter\)"):
        deploy(assembly, client)
    assert client("ssm").get_parameter(Name=SERVING)["Parameter"]["Value"] == "snapkeep"

    client("ssm").delete_parameter(Name=SERVING)
    (stack,) = deploy(assembly, client)
    return replace(product, outputs=stack.outputs, prefix="green", slots={})


def take_one(product: Deployed) -> str:
    """Cut a snapshot of cluster `other` as green would, and let it end."""
    (first, *_) = product.sandbox.client("ec2").describe_volumes()["Volumes"]
    green = {
        tags.MANAGED: "true",
        tags.CLUSTER: OTHER,
        tags.DEPLOYMENT: "green",
        tags.RUN: "r",
        tags.POINT: "p",
    }
    tagged = [{"ResourceType": "snapshot", "Tags": [{"Key": k, "Value": v} for k, v in green.items()]}]
    ec2 = product.sandbox.client("ec2")
    made = ec2.create_snapshot(VolumeId=first["VolumeId"], TagSpecifications=tagged)["SnapshotId"]
    product.sandbox.aws.settle_snapshot(made)
    return str(made)


def test_neither_ends_marks_prunes_or_hears_of_what_is_the_others(tmp_path: Path) -> None:
    with deployed(tmp_path, config(CLUSTER)) as blue:
        blue.sandbox.aws.settings(functions_follow_clock=True)
        register_other(blue)
        green = add_green(blue, tmp_path)
        blue.make_claims(POLICY, 2)

        slot = blue.next_slot(POLICY)
        for each in (blue, green):
            each.backup(POLICY, slot)
        for each in (blue, green):
            assert each.until_closed(POLICY)["state"] == "completed"
            each.invoke("reconcile", {})
            ready = {point["snapshot_id"] for point in each.points(POLICY) if point["state"] == "ready"}
            assert ready == {snapshot.id for snapshot in of(each)} and len(ready) == 2
        assert not [each for each in blue.snapshots(POLICY) if tags.DUPLICATE in each.tags]

        theirs = {snapshot.id for snapshot in of(green)}
        blue.backup(POLICY)
        blue.until_closed(POLICY)
        until(lambda: True if blue.prune() and len(of(blue)) == 2 else None, "blue's first points to go")
        assert {snapshot.id for snapshot in of(green)} == theirs
        told = blue.prune(orphans=True)["orphans"]
        assert [(orphan["kind"], orphan["name"]) for orphan in told] == [
            ("snapshots of another deployment", "green")
        ]

        foreign = take_one(blue)
        ended = blue.sandbox.aws.now() - timedelta(minutes=10)
        detail = {"event": "createSnapshot", "snapshot_id": "arn:aws:ec2::ap-northeast-2:snapshot/snap-0gone"}
        blue.sandbox.aws.put_event("aws.ec2", "EBS Snapshot Notification", detail, time=ended)
        blue.sandbox.aws.wait_idle()
        left = waiting_completions(blue)
        assert not [url for url in left if "Green" not in url]
        pass_time(blue, timedelta(minutes=10))
        before = {tag["Key"]: tag["Value"] for tag in _tags(blue, foreign)}
        assert set(before) == {tags.MANAGED, tags.CLUSTER, tags.DEPLOYMENT, tags.RUN, tags.POINT}


def _tags(product: Deployed, snapshot: str) -> list[dict[str, str]]:
    (found,) = product.sandbox.client("ec2").describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    return list(found["Tags"])
