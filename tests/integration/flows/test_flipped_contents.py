"""A content that somebody sets to deletionPolicy Delete: no deletion of ours takes the backup along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain import tags
from tests.fakes.restore_samples import a_restore
from tests.integration.deployed import Deployed, until
from tests.integration.flows.test_restores import GROUP, a_pod

POLICY = "flipped"
TARGET = "unflipped"
CLAIM = f"/api/v1/namespaces/{TARGET}/persistentvolumeclaims/data"


def set_policy(product: Deployed, content: str, policy: str) -> None:
    product.admin.patch(f"{GROUP}/volumesnapshotcontents/{content}", {"spec": {"deletionPolicy": policy}})


def bound(product: Deployed) -> Any:
    return product.admin.get(CLAIM)["status"].get("phase") == "Bound" or None


def test_an_import_that_became_delete_stays_with_its_backup_until_it_retains(product: Deployed) -> None:
    journal = dynamo_journal(product.sandbox.client("dynamodb"), product.outputs["JournalTableName"])
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (good,) = product.snapshots(POLICY)
    product.admin.create("/api/v1/namespaces", {"metadata": {"name": TARGET}})
    restore = journal.restores.add_restore(
        a_restore(
            41,
            namespace=TARGET,
            target="data",
            point_id=good.tags[tags.POINT],
            snapshot_id=good.id,
            size_bytes=4 * 2**30,
            accepted_at=product.sandbox.aws.now() - timedelta(minutes=2),
            storage_class="gp3",
        )
    )
    product.invoke("finish-restores", {})
    product.admin.create(f"/api/v1/namespaces/{TARGET}/pods", a_pod("data", TARGET))
    until(lambda: bound(product), "the restored claim to be bound")

    set_policy(product, restore.objects, "Delete")
    (error,) = product.invoke("finish-restores", {})["given_up"].values()

    assert f"kubectl patch volumesnapshotcontent {restore.objects} " in error
    imported = product.admin.get(f"{GROUP}/namespaces/{TARGET}/volumesnapshots/{restore.objects}")
    assert "deletionTimestamp" not in imported["metadata"]
    assert [found.id for found in product.snapshots(POLICY)] == [good.id]

    set_policy(product, restore.objects, "Retain")
    assert product.invoke("finish-restores", {})["finished"] == [restore.id]
    imports = f"{GROUP}/namespaces/{TARGET}/volumesnapshots"
    until(lambda: None if product.admin.get(imports)["items"] else True, "the import to go")
    assert [found.id for found in product.snapshots(POLICY)] == [good.id]
