"""WordPress itself: its manifests applied in another cluster, and what its volumes there hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.demo.facts import ClaimFact, LiveCopy, ReturnFact
from sandbox.demo.kube import Admin
from sandbox.demo.lost_region.configs import OSAKA
from sandbox.demo.lost_region.evidence import volume_of
from sandbox.demo.steps import DemoError, Line
from sandbox.lab.applying import manifests
from sandbox.launch import Sandbox
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.times import read_compact

MANIFEST = "30-wordpress.yaml"
RESTORED = ("Namespace", "PersistentVolumeClaim")
"""What the restore has made already."""
PATHS = {
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Service": "/api/v1/namespaces/{}/services",
}
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Workloads:
    """WordPress in the cluster of this administrator."""

    sandbox: Sandbox
    admin: Admin

    def apply(self, line: Line) -> list[str]:
        """Apply the manifests and wait until every deployment runs; returns their names."""
        made = [each for each in manifests({}, MANIFEST) if each["kind"] not in RESTORED]
        for each in made:
            self.admin.create(PATHS[each["kind"]].format(each["metadata"]["namespace"]), each)
        deployments = [_path(each) for each in made if each["kind"] == "Deployment"]
        line.wait_for(
            lambda: all(map(self._runs, deployments)),
            SECONDS,
            lambda: DemoError("not every deployment of WordPress runs"),
        )
        return [path.rpartition("/")[2] for path in deployments]

    def wait_bound(self, claim: ClaimFact, line: Line) -> None:
        """Wait until a claim has its volume."""
        line.wait_for(
            lambda: bool(volume_of(self.admin, claim.namespace, claim.claim)),
            SECONDS,
            lambda: DemoError(f"claim {claim} is not bound"),
        )

    def returned(self, claim: ClaimFact, copies: Sequence[LiveCopy]) -> ReturnFact:
        """What became of a claim, as EC2 and its volume tell; DemoError if its volume is of no copy."""
        name = volume_of(self.admin, claim.namespace, claim.claim)
        if not name:
            raise DemoError(f"claim {claim} is not bound")
        (volume,) = self.sandbox.client("ec2", OSAKA).describe_volumes(VolumeIds=[name])["Volumes"]
        copy = next((each for each in copies if each.id == volume.get("SnapshotId")), None)
        if copy is None:
            raise DemoError(f"{name} was made from {volume.get('SnapshotId')}, which is no copy")
        return ReturnFact(
            claim=str(claim),
            copy_id=copy.id,
            source_id=copy.source_id,
            taken=read_compact(copy.tags[copy_tags.TAKEN]),
            volume_id=name,
            size_bytes=volume["Size"] * 2**30,
            holds=self.sandbox.aws.read_volume(name),
        )

    def _runs(self, path: str) -> bool:
        found: dict[str, Any] = self.admin.get(path)
        return bool(found.get("status", {}).get("readyReplicas", 0) >= found["spec"]["replicas"])


def _path(deployment: dict[str, Any]) -> str:
    named = deployment["metadata"]
    return f"{PATHS['Deployment'].format(named['namespace'])}/{named['name']}"
