"""A person's own kubectl finds the restored directory, and makes the claim that two pods then read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.kubectl import program
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from snapkeep.domain.efs.restore.directories import choose
from snapkeep_cli.cluster.kubectl import Kubectl
from snapkeep_cli.efs.claims import make
from snapkeep_cli.efs.look import Look, look
from tests.integration.deployed import until

pytestmark = pytest.mark.slow

NAMESPACE = "default"
MINE = "aws-backup-restore_2026-11-24T05-07-33-512Z"
OLDER = "aws-backup-restore_2026-11-23T05-07-33-512Z"
BEGAN, ENDED = datetime(2026, 11, 24, 5, tzinfo=UTC), datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        ClusterControl.from_folder(sandbox.kubeconfig.parent, 60).call("lab", {})
        yield sandbox


@pytest.fixture
def kubectl(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    monkeypatch.setenv("KUBECONFIG", str(sandbox.kubeconfig))
    return Kubectl(str(program()))


@pytest.fixture(scope="module")
def file_system(sandbox: Sandbox) -> str:
    """One into which two restores have written the folder /web, and whose own has lost its file."""
    name = str(sandbox.client("efs").create_file_system(CreationToken="look")["FileSystemId"])
    for directory in (MINE, OLDER):
        sandbox.aws.write_file(name, f"/{directory}/web/post.txt", f"restored into {directory}")
    sandbox.aws.write_file(name, "/web/other.txt", "as it is now")
    return name


def reader(name: str) -> dict[str, Any]:
    """A pod that says what is in the file of the restored claim."""
    container = {
        "name": "read",
        "image": "public.ecr.aws/docker/library/busybox:1",
        "command": ["sh", "-c", "cat /data/post.txt > /dev/termination-log"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "web-restored"}}
    spec = {"restartPolicy": "Never", "containers": [container], "volumes": [volume]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def test_the_pod_sees_the_directories_and_leaves_nothing(
    sandbox: Sandbox, kubectl: Kubectl, file_system: str
) -> None:
    wanted = Look("0123456789abcdef", file_system, "/web", NAMESPACE)

    found = look(kubectl, wanted)

    assert [(each.name, each.has_path) for each in found] == [(MINE, True), (OLDER, True)]
    assert choose(found, BEGAN, ENDED) == MINE
    for kind, where in (("pods", NAMESPACE), ("pvc", NAMESPACE), ("pv", "")):
        assert kubectl.objects(kind, where, [wanted.name]) == []


def test_two_pods_read_the_restored_claim(sandbox: Sandbox, kubectl: Kubectl, file_system: str) -> None:
    point = sandbox.client("efs").create_access_point(
        FileSystemId=file_system,
        ClientToken="restored",
        PosixUser={"Uid": 1000, "Gid": 1000},
        RootDirectory={"Path": f"/{MINE}/web"},
    )["AccessPointId"]
    restore = {
        "id": "0123456789abcdef",
        "namespace": NAMESPACE,
        "target": "web-restored",
        "recovery_point": f"{file_system}-20261124t040000z-0123456789",
        "volume_handle": f"{file_system}::{point}",
        "claim": {"requested": "5Gi", "access_modes": ["ReadWriteMany"]},
    }

    for _ in range(2):
        make(kubectl, restore, {"app": "web"})
    for name in ("one", "two"):
        kubectl.create(reader(name))

    def said(name: str) -> str | None:
        (pod,) = kubectl.objects("pods", NAMESPACE, [name])
        ended = pod.get("status", {}).get("phase") == "Succeeded"
        return pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"] if ended else None

    assert {until(lambda name=name: said(name), f"pod {name}") for name in ("one", "two")} == {
        f"restored into {MINE}"
    }
