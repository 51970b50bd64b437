"""Backs up an EFS file system that two claims share, one of them with an access point."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.e2e.product import Product
from tests.integration.deployed import CLUSTER, until

POLICY = "shared"
VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {{name: {name}}}
spec:
  capacity: {{storage: 5Gi}}
  accessModes: [ReadWriteMany]
  storageClassName: ""
  persistentVolumeReclaimPolicy: Retain
  csi: {{driver: efs.csi.aws.com, volumeHandle: "{handle}"}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}, namespace: shared}}
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  volumeName: {name}
  resources: {{requests: {{storage: 5Gi}}}}
"""


def make_claims(product: Product) -> str:
    """The id of a new file system with two bound claims on it."""
    efs = product.client("efs")
    name = str(efs.create_file_system()["FileSystemId"])
    point = efs.create_access_point(FileSystemId=name, RootDirectory={"Path": "/web"})["AccessPointId"]
    product.make_namespace(POLICY)
    handles = {"web": f"{name}::{point}", "all": name}
    volumes = [VOLUME.format(name=claim, handle=handle) for claim, handle in handles.items()]
    product.kubectl("apply", "-f", "-", stdin="---".join(volumes))
    product.until_bound(POLICY)
    return name


def complete(product: Product) -> list[dict[str, Any]]:
    """The tags of the complete recovery points in the vault."""
    backup = product.client("backup")
    found = backup.list_recovery_points_by_backup_vault(BackupVaultName="snapkeep-efs")["RecoveryPoints"]
    arns = [each["RecoveryPointArn"] for each in found if each["Status"] == "COMPLETED"]
    return [backup.list_tags(ResourceArn=arn)["Tags"] for arn in arns]


def test_claims_share_the_recovery_point_of_their_file_system(product: Product) -> None:
    make_claims(product)
    slot = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    message = {"cluster": CLUSTER, "policy": POLICY, "scheduledTime": f"{slot:%Y-%m-%dT%H:%M:%SZ}"}
    report = product.invoke("back-up-file-systems", message)

    assert (report["skipped"], report["silent"]) == ({}, {})
    (tags,) = until(lambda: complete(product) or None, "a recovery point", 60)
    assert {tags["snapkeep:claim-1"], tags["snapkeep:claim-2"]} == {
        f"{CLUSTER}/{POLICY}/all /",
        f"{CLUSTER}/{POLICY}/web /web",
    }
