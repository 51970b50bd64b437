"""Leftovers of backups, as deployed: told with their cost, then deleted, and the good point stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain import tags
from snapkeep.domain.points import PointState
from snapkeep.ports.points import Outcome
from tests.integration.deployed import Deployed, until
from tests.integration.flows.story import pass_time

POLICY = "orphans"
CONTENTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"
STALE = "snapcontent-stale"
TWIN_TAGS = {tags.SLOT: "20261101T180000Z", tags.POINT: "a-failed-point", tags.DUPLICATE: "true"}


def late_twin(product: Deployed, snapshot_id: str) -> str:
    """A second snapshot of a claim whose point of another slot failed before it came."""
    ec2 = product.sandbox.client("ec2")
    (first,) = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
    wanted = {tag["Key"]: tag["Value"] for tag in first["Tags"]}
    specification = {
        "ResourceType": "snapshot",
        "Tags": [{"Key": key, "Value": value} for key, value in (wanted | TWIN_TAGS).items()],
    }
    journal = dynamo_journal(product.sandbox.client("dynamodb"), product.outputs["JournalTableName"])
    good = journal.points.find_point(wanted[tags.POINT])
    assert good is not None
    failed = replace(good, id=TWIN_TAGS[tags.POINT], state=PointState.PLANNED, snapshot_id="")
    journal.points.add_points([failed])
    journal.points.finish(
        failed, Outcome(PointState.FAILED, product.sandbox.aws.now(), "the driver refused it")
    )
    made = ec2.create_snapshot(VolumeId=first["VolumeId"], TagSpecifications=[specification])
    product.sandbox.aws.settle_snapshot(made["SnapshotId"])
    return str(made["SnapshotId"])


def stale_content(product: Deployed) -> None:
    """A content of our class that names a snapshot which EC2 does not have."""
    spec = {
        "deletionPolicy": "Retain",
        "driver": "ebs.csi.aws.com",
        "source": {"snapshotHandle": "snap-0aaaaaaaaaaaaaaaa"},
        "volumeSnapshotClassName": "snapkeep-myeks",
        "volumeSnapshotRef": {"namespace": POLICY, "name": "gone"},
    }
    kind = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshotContent"}
    product.admin.create(CONTENTS, {**kind, "metadata": {"name": STALE}, "spec": spec})


def contents(product: Deployed) -> set[str]:
    """The names of all contents."""
    return {item["metadata"]["name"] for item in product.admin.get(CONTENTS)["items"]}


def sweep(product: Deployed, **request: Any) -> dict[str, Any]:
    return product.prune(orphans=True, **request)


def test_leftovers_are_told_with_their_cost_and_deleted_when_confirmed(product: Deployed) -> None:
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (good,) = product.snapshots(POLICY)
    twin = late_twin(product, good.id)
    stale_content(product)
    pass_time(product, timedelta(days=2))

    told = sweep(product, dry_run=True)
    names = {orphan["name"] for orphan in told["orphans"]}
    assert {twin, STALE} <= names and good.id not in names
    assert told["dollars_a_month"] > 0 and told["ended"] == []
    assert len(product.snapshots(POLICY)) == 2

    tokens = [refusal["token"] for refusal in told["refusals"]]
    done = dict(end for token in ("", *tokens) for end in sweep(product, confirm=token)["ended"])
    assert done[twin] == "deleted: EC2 no longer has it" and done[STALE] == "deleted"
    assert [snapshot.id for snapshot in product.snapshots(POLICY)] == [good.id]
    until(lambda: STALE not in contents(product) or None, "the content to go")
    assert not {twin, STALE} & {orphan["name"] for orphan in sweep(product)["orphans"]}
