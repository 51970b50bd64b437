"""A person's pod looks for restored directories, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from snapkeep.domain.efs.restore.directories import Directory
from snapkeep_cli.cluster.kubectl import Kubectl, KubectlFailed
from snapkeep_cli.efs.look import MOST, SECONDS, CannotLook, Look, look, read
from tests.fakes.person_kubectl import PersonKubectl

FS, ID = "fs-0123456789abcdef0", "0123456789abcdef"
ONE, TWO = "aws-backup-restore_2026-11-24T05-07-33-512Z", "aws-backup-restore_2026-11-25T05-07-33-512Z"
WANTED = Look(ID, FS, "/web", "shop")


def looked(kubectl: PersonKubectl, wanted: Look = WANTED) -> list[Directory]:
    ticks = count()
    return look(cast(Kubectl, kubectl), wanted, clock=lambda: next(ticks), sleep=lambda _: None)


def container(wanted: Look = WANTED) -> dict[str, Any]:
    return dict(wanted.objects()[2]["spec"]["containers"][0])


def test_what_the_pod_saw_is_read_and_everything_is_removed() -> None:
    kubectl = PersonKubectl(f"yes 1795000000 {TWO}\nno 1794000000 {ONE}\n")

    found = looked(kubectl)

    assert [(each.name, each.has_path) for each in found] == [(TWO, True), (ONE, False)]
    assert [each["kind"] for each in kubectl.made] == ["PersistentVolume", "PersistentVolumeClaim", "Pod"]
    assert kubectl.left() == []


def test_the_pod_mounts_the_root_read_only_and_may_do_nothing_else() -> None:
    volume, claim, pod = WANTED.objects()

    assert volume["spec"]["csi"] == {
        "driver": "efs.csi.aws.com",
        "volumeHandle": f"{FS}:/",
        "readOnly": True,
    }
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert volume["spec"]["claimRef"] == {"namespace": "shop", "name": claim["metadata"]["name"]}
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert volume["spec"]["mountOptions"] == ["ro"]
    spec = pod["spec"]
    assert spec["automountServiceAccountToken"] is False and spec["restartPolicy"] == "Never"
    assert spec["volumes"][0]["persistentVolumeClaim"]["readOnly"] is True
    (main,) = spec["containers"]
    assert main["volumeMounts"][0]["readOnly"] is True
    assert main["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("where", ["shop", "another"])
def test_a_look_that_was_interrupted_is_cleared_away_first(where: str) -> None:
    kubectl = PersonKubectl()
    for each in replace(WANTED, namespace=where).objects():
        kubectl.create(each)
    kubectl.message = f"yes 1795000000 {ONE}"

    assert [each.name for each in looked(kubectl)] == [ONE]
    assert kubectl.left() == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            {
                "phase": "Failed",
                "containerStatuses": [{"state": {"terminated": {"message": "no\nsuch thing"}}}],
            },
            "failed: no such thing",
        ),
        ({"phase": "Failed", "message": "Pod was active longer than its deadline"}, "active longer than"),
        ({"phase": "Pending"}, f"did not end within {SECONDS} s: no node has taken it"),
        (
            {
                "phase": "Pending",
                "startTime": "x",
                "containerStatuses": [
                    {"state": {"waiting": {"reason": "ErrImagePull", "message": "denied"}}}
                ],
            },
            "ErrImagePull: denied",
        ),
    ],
)
def test_a_pod_that_cannot_look_says_why_and_is_removed(status: dict[str, Any], words: str) -> None:
    kubectl = PersonKubectl(pod=status)

    with pytest.raises(CannotLook, match=words):
        looked(kubectl)

    assert kubectl.left() == []


def test_a_mount_that_fails_is_told_by_its_event() -> None:
    kubectl = PersonKubectl(pod={"phase": "Pending", "startTime": "x"})
    involved = {"involvedObject": {"name": WANTED.name}, "type": "Warning", "reason": "FailedMount"}
    kubectl.all["Event", "shop", "one"] = {**involved, "message": "access denied by the file system policy"}

    with pytest.raises(CannotLook, match="FailedMount: access denied by the file system policy"):
        looked(kubectl)


def test_a_person_who_may_make_no_pods_is_told_and_nothing_is_left() -> None:
    kubectl = PersonKubectl(refused={("create", "Pod"): "pods is forbidden: User ann cannot create"})

    with pytest.raises(KubectlFailed, match="cannot create"):
        looked(kubectl)

    assert kubectl.left() == []


def test_what_cannot_be_removed_keeps_nothing_else_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    kubectl = Stubborn(f"yes 1795000000 {ONE}", context="a lab")

    assert [each.name for each in looked(kubectl)] == [ONE]

    assert kubectl.left() == [f"Pod {WANTED.name}"]
    said = " ".join(capsys.readouterr().err.split())
    assert "not everything that --look made is removed: the node does not answer" in said
    assert f"anyone who may run pods in shop can read all of {FS}" in said
    assert f"kubectl delete pod,pvc {WANTED.name} -n shop --context 'a lab'" in said


class Stubborn(PersonKubectl):
    """Its pods, once made, do not go."""

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object, unless it is a pod."""
        if kind == "pod" and self.made:
            raise KubectlFailed("the node does not answer")
        super().delete(kind, namespace, name)


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_closes_leaves_nothing(ending: signal.Signals) -> None:
    kubectl = PersonKubectl(pod={"phase": "Pending"})
    with pytest.raises(KeyboardInterrupt):
        look(cast(Kubectl, kubectl), WANTED, clock=lambda: 0.0, sleep=lambda _: signal.raise_signal(ending))

    assert kubectl.left() == []
    assert signal.getsignal(ending) is signal.SIG_DFL


def test_somebody_who_takes_the_place_of_the_pod_is_not_believed() -> None:
    kubectl = Forger(f"yes 1795000000 {ONE}")

    with pytest.raises(CannotLook, match="is back after it was removed"):
        looked(kubectl)


class Forger(PersonKubectl):
    """Somebody makes a pod of each name that is free."""

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object; a pod comes again."""
        super().delete(kind, namespace, name)
        if kind == "pod":
            self.create({"kind": "Pod", "metadata": {"namespace": namespace, "name": name}})


def test_lines_that_are_none_of_the_script_are_passed_over() -> None:
    said = f"warning\nyes x {ONE}\nyes 5 ../etc\nmaybe 5 {ONE}\nyes 5 {ONE} \n\nyes 5 {TWO}\n"

    assert [each.name for each in read(said)] == [TWO]


@pytest.mark.parametrize("seconds", ["-5", "9" * 20, "-" + "9" * 20])
def test_a_directory_of_any_time_is_read(seconds: str) -> None:
    assert [each.name for each in read(f"yes {seconds} {ONE}")] == [ONE]


@pytest.mark.parametrize(
    "path", ["/web", '/we b/it\'s "ü"', "/a$(HOME)$$b", "/`touch x`", "/-n", "/a;b&c|d", "/a\\b"]
)
def test_the_script_finds_the_folder_whatever_its_name(tmp_path: Path, path: str) -> None:
    (tmp_path / ONE / path.lstrip("/")).mkdir(parents=True)
    (tmp_path / TWO).mkdir()
    (tmp_path / "web").mkdir()
    (tmp_path / "aws-backup-restore_file").write_text("no directory")
    (tmp_path / "aws-backup-restore_link").symlink_to(ONE)
    (tmp_path / f"aws-backup-restore_{'z' * 200}").mkdir()
    (tmp_path / "a\naws-backup-restore_line").mkdir()

    found = list(read(run(tmp_path, Look(ID, FS, path, "shop"))))

    assert [(each.name, each.has_path) for each in found] == [(TWO, False), (ONE, True)]


def test_the_root_of_a_file_system_is_in_every_directory(tmp_path: Path) -> None:
    (tmp_path / ONE).mkdir()

    assert [each.has_path for each in read(run(tmp_path, Look(ID, FS, "/", "shop")))] == [True]


def test_the_newest_fit_into_a_termination_message(tmp_path: Path) -> None:
    for number in range(MOST + 10):
        (tmp_path / f"aws-backup-restore_2026-11-24T05-07-33-{number:03}Z").mkdir()

    said = run(tmp_path, WANTED)

    assert len(said) <= 4096 and len(said.splitlines()) == MOST
    assert f"-{MOST + 9:03}Z" in said.splitlines()[0]


def run(root: Path, wanted: Look) -> str:
    """What the pod's script says on a laptop, with the variables as Kubernetes expands them."""
    main = container(wanted)
    values = {each["name"]: each["value"].replace("$$", "$") for each in main["env"]}
    script = main["command"][2].replace("/dev/termination-log", '"$MESSAGE"')
    message = root.parent / f"{root.name}-message"
    given = {"PATH": "/usr/bin:/bin", **values, "ROOT": str(root), "MESSAGE": str(message)}
    subprocess.run(["sh", "-c", script], env=given, check=True, capture_output=True)
    return message.read_text()
