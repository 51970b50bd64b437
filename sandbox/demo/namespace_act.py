"""The act of losing a namespace: one command brings it back, its data and its workloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from sandbox.demo import evidence
from sandbox.demo.facts import ClaimFact, RestoreFact
from sandbox.demo.kube import Admin
from sandbox.demo.person import Person, Said
from sandbox.demo.steps import DemoError, Steps
from sandbox.launch import Sandbox
from snapkeep.domain import tags

SECONDS = 30


@dataclass
class NamespaceAct:
    """Deletes the namespace of a group of claims, and brings it back as a person would; `facts` holds the
    restored claims."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    admin: Admin
    person: Person
    facts: list[RestoreFact] = field(default_factory=list)

    def play(self, group: Sequence[ClaimFact]) -> None:
        """Play the whole act; DemoError if the cluster or EC2 contradicts the command's output."""
        namespace = group[0].namespace
        before = self._workloads(namespace)
        self._lose(namespace, group)
        point = group[0].points[0].id
        with self.steps.step(f"Bring namespace {namespace} back, workloads and all") as line:
            said = self.person.types(f"snapkeep restore-namespace {point} --secrets --yes")
            self.facts = [self._restored(each) for each in group]
            after = self._workloads(namespace)
            if after != before:
                raise DemoError(f"namespace {namespace} had {before}, and has {after}")
            line.say(", ".join(f"{len(names)} {kind}" for kind, names in after.items() if names))
        self._show(said)

    def _lose(self, namespace: str, group: Sequence[ClaimFact]) -> None:
        with self.steps.step(f"kubectl delete namespace {namespace}") as line:
            count = sum(len(self._snapshots_of(each)) for each in group)
            self.admin.delete(f"/api/v1/namespaces/{namespace}")
            line.wait_for(
                lambda: namespace not in self._names("/api/v1/namespaces"),
                SECONDS * self.steps.patience,
                lambda: DemoError(f"namespace {namespace} is still there"),
            )
            if sum(len(self._snapshots_of(each)) for each in group) != count:
                raise DemoError(f"deleting namespace {namespace} deleted backups")
            line.say(f"everything in it is gone; {count} backups and the saved objects remain")

    def _workloads(self, namespace: str) -> dict[str, set[str]]:
        """The names of what runs in a namespace and of what leads to it."""
        here = f"namespaces/{namespace}"
        return {
            "claims": self._names(f"/api/v1/{here}/persistentvolumeclaims"),
            "deployments": self._names(f"/apis/apps/v1/{here}/deployments"),
            "services": self._names(f"/api/v1/{here}/services"),
            "secret": self._names(f"/api/v1/{here}/secrets"),
        }

    def _restored(self, claim: ClaimFact) -> RestoreFact:
        """The claim as it is bound now, to a volume that EC2 made from one of its points."""
        live = self.admin.get(f"/api/v1/namespaces/{claim.namespace}/persistentvolumeclaims/{claim.claim}")
        if live["status"].get("phase") != "Bound":
            raise DemoError(f"claim {claim} is not bound")
        volume = self.admin.get(f"/api/v1/persistentvolumes/{live['spec']['volumeName']}")
        handle = volume["spec"]["csi"]["volumeHandle"]
        (found,) = self.sandbox.client("ec2").describe_volumes(VolumeIds=[handle])["Volumes"]
        if found.get("SnapshotId") not in self._snapshots_of(claim):
            raise DemoError(f"{handle} was made from {found.get('SnapshotId')}, not from a point of {claim}")
        size = live["status"]["capacity"]["storage"]
        return RestoreFact(str(claim), str(claim), found["SnapshotId"], handle, size)

    def _names(self, path: str) -> set[str]:
        return {item["metadata"]["name"] for item in self.admin.get(path)["items"]}

    def _snapshots_of(self, claim: ClaimFact) -> list[str]:
        found = evidence.read_snapshots(self.sandbox.client("ec2")).values()
        wanted: dict[str, Any] = {tags.NAMESPACE: claim.namespace, tags.CLAIM: claim.claim}
        return [snapshot.id for snapshot in found if wanted.items() <= snapshot.tags.items()]

    def _show(self, said: Said) -> None:
        self.console.print(f"\n$ {said.command}", markup=False, soft_wrap=True, style="bold")
        for line in (said.err + said.out).rstrip().splitlines():
            self.console.print(f"  {line}", markup=False, soft_wrap=True)
        self.console.print()
