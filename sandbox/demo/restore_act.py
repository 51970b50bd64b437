"""The act of restoring: 4Gi, which hung in the lab, is refused; 10Gi works; a lost namespace comes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from sandbox.demo import evidence
from sandbox.demo.facts import ClaimFact, RestoreFact
from sandbox.demo.kube import Admin
from sandbox.demo.namespace_act import NamespaceAct
from sandbox.demo.person import Person, Said
from sandbox.demo.steps import DemoError, Line, Steps
from sandbox.launch import Sandbox

GROWN = ("default", "ebs-claim")
"""The lab's 4Gi claim that was grown to 10Gi."""

HOLD = "snapkeep:hold"
BOUND_SECONDS = 30


@dataclass
class RestoreAct:
    """Restores with the command line, as a person would; `facts` holds the findings."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    admin: Admin
    person: Person
    facts: list[RestoreFact] = field(default_factory=list)

    def restore_grown(self, claims: Sequence[ClaimFact]) -> None:
        """The lab's restore; DemoError if the cluster or EC2 contradicts the command's output."""
        grown = next((each for each in claims if (each.namespace, each.claim) == GROWN), None)
        if grown and grown.points:
            self._refuse(grown)
            self._accept(grown)

    def restore_lost(self, claims: Sequence[ClaimFact]) -> None:
        """Lose a namespace, bring it back, then remove everything that restores need."""
        group = [each for each in claims if any(point.group for point in each.points)]
        if group:
            act = NamespaceAct(self.steps, self.console, self.sandbox, self.admin, self.person)
            act.play(group)
            self.facts += act.facts
        self._tidy()

    def _refuse(self, claim: ClaimFact) -> None:
        """The lab's request, which hung there until somebody saw why."""
        target = f"{claim.claim}-restored"
        command = f"snapkeep restore --claim {claim.claim} -n {claim.namespace} --as {target} --size 4Gi"
        with self.steps.step("Restore the 10Gi claim into 4Gi, as the lab did") as line:
            before = self._claims(claim.namespace)
            said = self.person.types(command, expected=3)
            if self._claims(claim.namespace) != before or self._held():
                raise DemoError("the refused restore left something behind")
            line.say("refused; nothing was created")
        self._show(said)

    def _accept(self, claim: ClaimFact) -> None:
        target = f"{claim.claim}-restored"
        command = (
            f"snapkeep restore --claim {claim.claim} -n {claim.namespace} --as {target} --size 10Gi --wait"
        )
        with self.steps.step("Restore it into 10Gi, and let a pod use it") as line:
            said = self.person.types(command)
            self._use(line, claim.namespace, target, claim)
        self._show(said)

    def _use(self, line: Line, namespace: str, claim: str, source: ClaimFact) -> None:
        """Let a pod use a restored claim, and check in EC2 which snapshot its volume came from."""
        self.admin.create(f"/api/v1/namespaces/{namespace}/pods", pod_with(claim))
        path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{claim}"
        with_volume: dict[str, Any] = {}

        def bound() -> bool:
            with_volume.update(self.admin.get(path))
            return bool(with_volume["status"].get("phase") == "Bound")

        line.wait_for(bound, BOUND_SECONDS, lambda: DemoError(f"claim {namespace}/{claim} is not bound"))
        name = with_volume["spec"]["volumeName"]
        handle = self.admin.get(f"/api/v1/persistentvolumes/{name}")["spec"]["csi"]["volumeHandle"]
        (volume,) = self.sandbox.client("ec2").describe_volumes(VolumeIds=[handle])["Volumes"]
        if volume.get("SnapshotId") not in self._snapshots_of(source):
            raise DemoError(
                f"{handle} was made from {volume.get('SnapshotId')}, not from a point of {source}"
            )
        size = with_volume["status"]["capacity"]["storage"]
        self.facts.append(
            RestoreFact(f"{namespace}/{claim}", str(source), volume["SnapshotId"], handle, size)
        )
        line.say(f"bound: {size} on {handle}, made from {volume['SnapshotId']}")

    def _tidy(self) -> None:
        with self.steps.step("Finish the restores: remove holds and imports, keep the backups") as line:
            answer = self.sandbox.client("lambda").invoke(
                FunctionName="snapkeep-finish-restores", Payload=json.dumps({}).encode()
            )
            finished = json.loads(answer["Payload"].read()).get("finished", [])
            if self._held() or len(finished) != len(self.facts):
                raise DemoError(
                    f"only {len(finished)} of {len(self.facts)} restores are finished; holds: {self._held()}"
                )
            line.say(f"{len(finished)} finished")

    def _claims(self, namespace: str) -> set[str]:
        return self._names(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims")

    def _names(self, path: str) -> set[str]:
        return {item["metadata"]["name"] for item in self.admin.get(path)["items"]}

    def _held(self) -> list[str]:
        found = evidence.read_snapshots(self.sandbox.client("ec2")).values()
        return [snapshot.id for snapshot in found if HOLD in snapshot.tags]

    def _snapshots_of(self, claim: ClaimFact) -> list[str]:
        found = evidence.read_snapshots(self.sandbox.client("ec2")).values()
        wanted = {"snapkeep:namespace": claim.namespace, "snapkeep:claim": claim.claim}
        return [snapshot.id for snapshot in found if wanted.items() <= snapshot.tags.items()]

    def _show(self, said: Said) -> None:
        self.console.print(f"\n$ {said.command}", markup=False, soft_wrap=True, style="bold")
        for line in (said.err + said.out).rstrip().splitlines():
            self.console.print(f"  {line}", markup=False, soft_wrap=True)
        self.console.print()


def pod_with(claim: str) -> dict[str, Any]:
    """A pod that uses a claim of its namespace."""
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    container = {"name": "app", "image": "public.ecr.aws/docker/library/busybox", "volumeMounts": mounts}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{claim}-user"},
        "spec": {"containers": [container], "volumes": volumes},
    }
