"""A claim on EFS that lost its files comes back with one command, by deployed functions under their roles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.demo.person import Person
from sandbox.kubectl import program
from tests.integration.deployed import Deployed, config_of, deployed, until
from tests.integration.test_efs_look import reader

pytestmark = pytest.mark.slow

SHARED = {"name": "shop", "method": "aws-backup", "schedule": {"expression": "0 * * * *"}}
CLAIM = {"storageClassName": "", "accessModes": ["ReadWriteMany"]}
PATH = "/uploads of the shop"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("efs"), config_of(SHARED)) as product:
        product.sandbox.aws.settings(backup_seconds=0, restore_seconds=0)
        yield product


@pytest.fixture(scope="module")
def file_system(product: Deployed) -> str:
    """The file system of the claim shop/uploads, whose access point leads to its folder; it is backed up, and
    then the folder's files are lost."""
    efs, aws = product.client("efs"), product.sandbox.aws
    name = str(efs.create_file_system(CreationToken="shared")["FileSystemId"])
    subnet = product.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    efs.create_mount_target(FileSystemId=name, SubnetId=subnet)
    point = efs.create_access_point(
        FileSystemId=name,
        ClientToken="uploads",
        PosixUser={"Uid": 1000, "Gid": 1001, "SecondaryGids": [7]},
        RootDirectory={"Path": PATH},
    )["AccessPointId"]
    aws.write_file(name, f"{PATH}/post.txt", "what customers sent")
    aws.write_file(name, "/others/secret.txt", "of another claim")
    make_claim(product, f"{name}::{point}")
    back_up(product)
    aws.write_file(name, f"{PATH}/post.txt", None)
    return name


def make_claim(product: Deployed, handle: str) -> None:
    """The claim shop/uploads on a static volume."""
    core = "/api/v1"
    product.admin.create(f"{core}/namespaces", {"metadata": {"name": "shop"}})
    size = {"storage": "5Gi"}
    volume = {
        **CLAIM,
        "capacity": size,
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": "shop", "name": "uploads"},
        "csi": {"driver": "efs.csi.aws.com", "volumeHandle": handle},
    }
    claim = {**CLAIM, "volumeName": "uploads", "resources": {"requests": size}}
    product.admin.create(f"{core}/persistentvolumes", {"metadata": {"name": "uploads"}, "spec": volume})
    claims = f"{core}/namespaces/shop/persistentvolumeclaims"
    product.admin.create(claims, {"metadata": {"name": "uploads"}, "spec": claim})
    until(
        lambda: (
            True if product.admin.get(f"{claims}/uploads").get("status", {}).get("phase") == "Bound" else None
        ),
        "the claim to be bound",
    )


def back_up(product: Deployed) -> None:
    """The backup of the last full hour."""
    slot = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    message = {"policy": "shop", "scheduledTime": f"{slot:%Y-%m-%dT%H:%M:%SZ}"}
    begun = product.invoke("back-up-file-systems", message)
    assert len(begun["begun"]) == 1, begun
    ended = product.invoke("back-up-file-systems", {"scheduledTime": message["scheduledTime"]})
    assert ended["failed"] == {} and ended["given_up"] == {}, ended


@pytest.fixture
def person(product: Deployed, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Person:
    """Somebody who may call the API, and has a kubectl."""
    (tmp_path / "kubectl").symlink_to(program())
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("KUBECONFIG", str(product.sandbox.kubeconfig))
    return Person(product.sandbox, product.outputs["ApiUrl"], 120)


def test_its_files_come_back_in_a_claim_that_two_pods_read(
    product: Deployed, file_system: str, person: Person
) -> None:
    said = person.types("snapkeep restore --claim shop/uploads -n shop --as uploads-restored --look")

    assert "no size is checked, because EFS ignores the sizes of claims" in said.err
    files = product.sandbox.aws.files(file_system)
    (restored,) = (path for path in files if path.endswith(f"{PATH}/post.txt"))
    directory = restored.split("/")[1]
    assert directory in said.out and not any("secret" in path for path in files if directory in path)
    points = product.client("efs").describe_access_points(FileSystemId=file_system)["AccessPoints"]
    (made,) = (each for each in points if each["RootDirectory"]["Path"] == f"/{directory}{PATH}")
    assert made["PosixUser"] == {"Uid": 1000, "Gid": 1001, "SecondaryGids": [7]}
    assert "CreationInfo" not in made["RootDirectory"]
    pods = "/api/v1/namespaces/shop/pods"
    for name in ("one", "two"):
        pod = reader(name)
        pod["metadata"]["namespace"] = "shop"
        pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] = "uploads-restored"
        product.admin.create(pods, pod)

    def read(name: str) -> str | None:
        status = product.admin.get(f"{pods}/{name}").get("status", {})
        ended = status.get("phase") == "Succeeded"
        return str(status["containerStatuses"][0]["state"]["terminated"]["message"]) if ended else None

    assert {until(lambda name=name: read(name), name) for name in ("one", "two")} == {"what customers sent"}
    left = [each["metadata"]["name"] for each in product.admin.get(pods)["items"]]
    assert sorted(left) == ["one", "two"]
