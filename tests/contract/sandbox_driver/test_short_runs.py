"""A pod that mounts an EFS file system and ends shows what it saw, as on a node.

https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sandbox_driver.lab import Lab

FS, AP = "fs-0123456789abcdef0", "fsap-0123456789abcdef0"
LIST = "cd /mnt/efs && find . -type f | sort > /dev/termination-log"


@pytest.fixture
def lab(lab: Lab) -> Lab:
    lab.node("one", "ap-northeast-2a")
    lab.files[FS] = {"/web/a.txt": "one", "/web/sub/b.txt": "two", "/other/c.txt": "three"}
    lab.access_points[AP] = "/web"
    return lab


def volume(lab: Lab, handle: str) -> None:
    """A static volume with this handle, and the claim `data` on it."""
    common = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    lab.store.create(
        "persistentvolumes",
        None,
        {
            "metadata": {"name": "static"},
            "spec": {
                **common,
                "capacity": {"storage": "1Gi"},
                "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"namespace": "default", "name": "data"},
                "csi": {"driver": "efs.csi.aws.com", "volumeHandle": handle},
            },
            "status": {"phase": "Pending"},
        },
    )
    spec = {**common, "volumeName": "static", "resources": {"requests": {"storage": "1Gi"}}}
    claim = {"metadata": {"name": "data"}, "spec": spec, "status": {"phase": "Pending"}}
    lab.store.create("persistentvolumeclaims", "default", claim)


def run(lab: Lab, script: str, **container: Any) -> None:
    """Start the pod `look` with a script."""
    main = {
        "name": "look",
        "image": "public.ecr.aws/docker/library/busybox:1.37",
        "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "data", "mountPath": "/mnt/efs", "readOnly": True}],
        **container,
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    spec = {"restartPolicy": "Never", "containers": [main], "volumes": volumes}
    lab.store.create("pods", "default", {"metadata": {"name": "look"}, "spec": spec})


def ended(lab: Lab) -> tuple[str, dict[str, Any]]:
    """The phase of the pod, once it has ended, and how its container ended."""
    lab.until(lambda: lab.phase("look") in ("Succeeded", "Failed"), "the pod ends")
    pod = lab.get("pods", "look")
    assert pod is not None
    state: dict[str, Any] = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    return pod["status"]["phase"], state


@pytest.mark.parametrize(
    ("handle", "seen"),
    [
        (FS, "./other/c.txt\n./web/a.txt\n./web/sub/b.txt\n"),
        (f"efs:{FS}:/web", "./a.txt\n./sub/b.txt\n"),
        (f"{FS}::{AP}", "./a.txt\n./sub/b.txt\n"),
        (f"{FS}:/sub:{AP}", "./b.txt\n"),
    ],
)
def test_it_sees_the_folder_of_the_handle(lab: Lab, handle: str, seen: str) -> None:
    volume(lab, handle)
    run(lab, LIST)

    phase, state = ended(lab)

    assert (phase, state["exitCode"], state["reason"]) == ("Succeeded", 0, "Completed")
    assert state["message"] == seen


def test_a_command_that_fails_fails_the_pod_with_what_it_said(lab: Lab) -> None:
    volume(lab, FS)
    run(lab, "echo cannot read >&2; exit 3", terminationMessagePolicy="FallbackToLogsOnError")

    phase, state = ended(lab)

    assert (phase, state["exitCode"], state["reason"]) == ("Failed", 3, "Error")
    assert state["message"] == "cannot read\n"


def test_variables_are_expanded_and_doubled_dollars_are_not(lab: Lab) -> None:
    volume(lab, FS)
    env = [
        {"name": "A", "value": "one"},
        {"name": "B", "value": "$(A) $$(A) $(C)"},
    ]
    run(lab, 'printf %s "$B" > /dev/termination-log', env=env)

    assert ended(lab)[1]["message"] == "one $(A) $(C)"


@pytest.mark.parametrize("handle", [f"{FS}:/nowhere", f"{FS}::fsap-00000000"])
def test_a_folder_that_is_not_there_cannot_be_mounted(lab: Lab, handle: str) -> None:
    volume(lab, handle)
    run(lab, LIST)

    lab.until(lambda: lab.texts("look", "FailedMount"), "the mount fails")
    assert lab.phase("look") in ("", "Pending")

    lab.files[FS]["/nowhere/a.txt"] = lab.access_points["fsap-00000000"] = "/web"
    assert ended(lab)[0] == "Succeeded"


def test_other_pods_on_efs_go_on_running(lab: Lab) -> None:
    volume(lab, FS)
    lab.pod("app", ["data"])

    lab.until(lambda: lab.phase("app") == "Running", "the pod runs")
