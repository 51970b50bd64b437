"""Restores as deployed: into another namespace, after the first one is gone, and cleaned up behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.demo.facts import LiveSnapshot
from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain import tags
from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.ports.journal import Journal
from tests.fakes.restore_samples import a_restore
from tests.integration.deployed import Deployed, until

GROUP = "/apis/snapshot.storage.k8s.io/v1"
POLICY = "lost-namespace"
TARGET = "recovered"


@pytest.fixture
def journal(product: Deployed) -> Journal:
    """The deployed journal, with an administrator's rights."""
    return dynamo_journal(product.sandbox.client("dynamodb"), product.outputs["JournalTableName"])


def accepted(product: Deployed, journal: Journal, snapshot: LiveSnapshot) -> RestoreOperation:
    """A restore that the API accepted two minutes ago, and that no function took up since."""
    now = product.sandbox.aws.now()
    restore = a_restore(
        namespace=TARGET,
        target="data",
        point_id=snapshot.tags[tags.POINT],
        snapshot_id=snapshot.id,
        size_bytes=4 * 2**30,
        accepted_at=now - timedelta(minutes=2),
        storage_class="gp3",
    )
    return journal.restores.add_restore(restore)


def a_pod(claim: str, namespace: str = TARGET) -> dict[str, Any]:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    container = {"name": "app", "image": "busybox", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "app", "namespace": namespace},
        "spec": {"containers": [container], "volumes": volumes},
    }


def test_a_claim_comes_back_in_another_namespace_after_its_own_is_gone(
    product: Deployed, journal: Journal
) -> None:
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (snapshot,) = product.snapshots(POLICY)
    product.admin.delete(f"/api/v1/namespaces/{POLICY}")
    product.admin.create("/api/v1/namespaces", {"metadata": {"name": TARGET}})
    restore = accepted(product, journal, snapshot)

    assert product.invoke("finish-restores", {})["made"] == [restore.id]
    product.admin.create(f"/api/v1/namespaces/{TARGET}/pods", a_pod("data"))
    claim = until(lambda: bound(product), "the restored claim to be bound")
    volume = product.admin.get(f"/api/v1/persistentvolumes/{claim['spec']['volumeName']}")
    handle = volume["spec"]["csi"]["volumeHandle"]
    (made,) = product.sandbox.client("ec2").describe_volumes(VolumeIds=[handle])["Volumes"]
    assert made["SnapshotId"] == snapshot.id
    assert product.snapshots(POLICY)[0].tags[tags.HOLD].startswith(f"restore:{restore.id}")

    assert product.invoke("finish-restores", {})["finished"] == [restore.id]
    (left,) = product.snapshots(POLICY)
    assert (left.state, tags.HOLD in left.tags) == ("completed", False)
    until(lambda: restore.objects not in imports(product) or None, "the import to go")
    ended = journal.restores.restore(restore.id)
    assert ended is not None and (ended.stage, ended.cleaned) == (Stage.BOUND, True)

    product.admin.delete(f"/api/v1/namespaces/{TARGET}")
    assert [found.id for found in product.snapshots(POLICY)] == [snapshot.id]


def imports(product: Deployed) -> set[str]:
    """The names of the VolumeSnapshots of the target's namespace, and of all contents."""
    paths = (f"{GROUP}/namespaces/{TARGET}/volumesnapshots", f"{GROUP}/volumesnapshotcontents")
    return {each["metadata"]["name"] for path in paths for each in product.admin.get(path)["items"]}


def bound(product: Deployed) -> dict[str, Any] | None:
    claim: dict[str, Any] = product.admin.get(f"/api/v1/namespaces/{TARGET}/persistentvolumeclaims/data")
    return claim if claim["status"].get("phase") == "Bound" else None
