"""The act of shared files: backed up by AWS Backup, deleted by somebody, and back with one command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console

from sandbox.demo.facts import FileSystemFact
from sandbox.demo.kube import Admin
from sandbox.demo.person import Person
from sandbox.demo.steps import DemoError, Line, Steps
from sandbox.launch import Sandbox

CLAIM, NAMESPACE = "efs-claim", "default"
RESTORED = "efs-restored"
WRITTEN = {
    "/out1.txt": "Tue Nov 24 16:59:58 UTC 2026\n",
    "/out2.txt": "Tue Nov 24 16:59:59 UTC 2026\n",
}
"""What the lab's two pods wrote into the file system that they share."""

PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
SECONDS = 30


def _file_system(sandbox: Sandbox) -> str:
    (found,) = sandbox.client("efs").describe_file_systems()["FileSystems"]
    return str(found["FileSystemId"])


def make_file_system(sandbox: Sandbox) -> str:
    """The id of a file system with the files of the lab's pods, which the cluster's nodes can mount."""
    efs = sandbox.client("efs")
    name = str(efs.create_file_system(CreationToken="shared", Encrypted=True)["FileSystemId"])
    subnet = sandbox.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    efs.create_mount_target(FileSystemId=name, SubnetId=subnet)
    for path, text in WRITTEN.items():
        sandbox.aws.write_file(name, path, text)
    return name


@dataclass
class EfsAct:
    """Restores the lab's shared claim as a person would; `fact` holds the findings."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    admin: Admin
    person: Person
    fact: FileSystemFact | None = None

    def play(self) -> None:
        """Play the whole act; DemoError if a pod reads anything but what was there before."""
        vault, point = self._recovery_point()
        file_system = _file_system(self.sandbox)
        with self.steps.step(f"Somebody deletes every file of {NAMESPACE}/{CLAIM}"):
            for path in WRITTEN:
                self.sandbox.aws.write_file(file_system, path, None)
        with self.steps.step("Restore it, look for the directory, and let two pods read it") as line:
            command = f"snapkeep restore --claim {CLAIM} -n {NAMESPACE} --as {RESTORED} --look"
            said = self.person.types(command)
            read = {path: self._read(line, f"reader-{number}", path) for number, path in enumerate(WRITTEN)}
            if read != WRITTEN:
                raise DemoError(f"the pods read {read}, not {WRITTEN}")
            directory = self._directory(file_system)
            self.fact = FileSystemFact(f"{NAMESPACE}/{CLAIM}", file_system, vault, point, directory)
            line.say(f"both read what was there before, from {directory}")
        self.console.print(f"\n$ {said.command}", markup=False, soft_wrap=True, style="bold")
        for text in (said.err + said.out).rstrip().splitlines():
            self.console.print(f"  {text}", markup=False, soft_wrap=True)
        self.console.print()

    def _recovery_point(self) -> tuple[str, str]:
        """The vault and the ARN of the recovery point that the slot made."""
        with self.steps.step("Look for the file system in AWS Backup") as line:
            backup = self.sandbox.client("backup")
            vaults = [each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]]
            (vault,) = (name for name in vaults if name.endswith("-efs"))
            found = backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
            ready = [each["RecoveryPointArn"] for each in found if each["Status"] == "COMPLETED"]
            if len(ready) != 1:
                raise DemoError(f"vault {vault} has {len(ready)} recovery points, and one slot has passed")
            claim = backup.list_tags(ResourceArn=ready[0])["Tags"].get("snapkeep:claim-1", "")
            if not claim.startswith(f"myeks/{NAMESPACE}/{CLAIM}"):
                raise DemoError(f"recovery point {ready[0]} does not name the claim: {claim!r}")
            line.say(f"one recovery point in vault {vault}, with the claim in its tags")
            return vault, ready[0]

    def _read(self, line: Line, name: str, path: str) -> str:
        """What a pod that mounts the restored claim reads there."""
        self.admin.create(PODS, _reader(name, path))

        def ended() -> bool:
            return self._status(name).get("phase") in ("Succeeded", "Failed")

        line.wait_for(
            ended,
            SECONDS * self.steps.patience,
            lambda: DemoError(f"pod {name} reads nothing: {self._status(name)}"),
        )
        state = self._status(name)["containerStatuses"][0]["state"]["terminated"]
        return str(state.get("message", ""))

    def _status(self, pod: str) -> dict[str, Any]:
        return dict(self.admin.get(f"{PODS}/{pod}").get("status", {}))

    def _directory(self, file_system: str) -> str:
        paths = self.sandbox.aws.files(file_system)
        return sorted({path.split("/")[1] for path in paths if path.startswith("/aws-backup-restore_")})[-1]


def _reader(name: str, path: str) -> dict[str, Any]:
    container = {
        "name": "read",
        "image": "public.ecr.aws/docker/library/busybox:1",
        "command": ["sh", "-c", f"cat /data{path} > /dev/termination-log"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": RESTORED}}
    spec = {"restartPolicy": "Never", "containers": [container], "volumes": [volume]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
