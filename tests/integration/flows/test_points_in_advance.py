"""An admin of a namespace makes the VolumeSnapshot of a point before Snapkeep: the point gets its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.naming import point_id
from tests.integration.deployed import CLUSTER, Deployed, until

GROUP = "/apis/snapshot.storage.k8s.io/v1"


def made_ahead(namespace: str, uid: str, source: str, slot: datetime) -> dict[str, Any]:
    """What anybody can compute of the point of the first claim: its id, its run, the claim's UID."""
    name = point_id("bulk-0000", CLUSTER, uid, namespace, slot)
    annotations = {"snapkeep.io/run": run_id(CLUSTER, namespace, slot), "snapkeep.io/claim-uid": uid}
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshot",
        "metadata": {"name": name, "namespace": namespace, "annotations": annotations},
        "spec": {
            "source": {"persistentVolumeClaimName": source},
            "volumeSnapshotClassName": f"snapkeep-{CLUSTER}",
        },
    }


@pytest.mark.parametrize(("policy", "source"), [("made-ahead", "bulk-0000"), ("empty-source", "bulk-0001")])
def test_a_point_is_not_taken_from_an_object_made_in_advance(
    product: Deployed, policy: str, source: str
) -> None:
    product.make_claims(policy, 2)
    claim = product.admin.get(f"/api/v1/namespaces/{policy}/persistentvolumeclaims/bulk-0000")
    slot = product.next_slot(policy)
    ahead = made_ahead(policy, claim["metadata"]["uid"], source, slot)
    product.admin.create(f"{GROUP}/namespaces/{policy}/volumesnapshots", ahead)
    ec2 = product.sandbox.client("ec2")
    filters = [{"Name": f"tag:{tags.SNAPSHOT_NAME}", "Values": [ahead["metadata"]["name"]]}]
    (stale,) = until(
        lambda: ec2.describe_snapshots(OwnerIds=["self"], Filters=filters)["Snapshots"] or None,
        "the driver to cut the stale snapshot",
    )

    product.backup(policy, slot)
    assert product.until_closed(policy)["ready"] == 2

    points = product.points(policy)
    assert stale["SnapshotId"] not in {point["snapshot_id"] for point in points}
    volumes = {point["snapshot_id"]: point["volume_id"] for point in points}
    assert {item.id: item.volume_id for item in product.snapshots(policy)} == volumes
    assert len({point["nonce"] for point in points}) == 2
