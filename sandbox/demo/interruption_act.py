"""The act of the last two minutes: EC2 reclaims the spot node that runs MySQL, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.text import Text

from sandbox.demo import evidence, verify_interruption
from sandbox.demo.facts import ClaimFact, InterruptionFact, LiveSnapshot, MomentFact
from sandbox.demo.kube import Admin
from sandbox.demo.report import titled_table
from sandbox.demo.steps import DemoError, Steps
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from snapkeep.domain import tags
from snapkeep.domain.policies import INTERRUPTION

NOTICE = timedelta(seconds=121)
SECONDS = 60
CORDON = "snapkeep.io/cordon"


@dataclass
class InterruptionAct:
    """Interrupts the node that runs the first group's claim. `fact` holds the findings."""

    steps: Steps
    console: Console
    sandbox: Sandbox
    admin: Admin
    table: str
    fact: InterruptionFact | None = None

    def play(self, claims: Sequence[ClaimFact]) -> None:
        """Play the whole act; DemoError if EC2 and the cluster contradict the incident."""
        group = [each for each in claims if any(point.group for point in each.points)]
        node, instance = self._place_of(group[0])
        moved = self._announce(node, instance, group)
        self._die(node, instance)
        self.fact = self._found(node, instance, moved, group)
        wrong = verify_interruption.complaints(self.fact, group)
        if wrong:
            raise DemoError("\n".join(wrong))
        self._show(self.fact)

    def _place_of(self, claim: ClaimFact) -> tuple[str, str]:
        """The node whose pod uses the claim, and its instance."""
        node = next(iter(self._users(claim)))
        provider_id = self.admin.get(f"/api/v1/nodes/{node}")["spec"]["providerID"]
        return node, provider_id.rpartition("/")[2]

    def _announce(self, node: str, instance: str, group: Sequence[ClaimFact]) -> str:
        """The group's node once the two minutes have been used."""
        database = group[0]
        with self.steps.step(f"EC2 gives the spot node of {database.claim} two minutes' notice") as line:
            self.sandbox.aws.wait_idle()
            self.sandbox.aws.interrupt(instance)

            def cordoned() -> bool:
                annotations = self.admin.get(f"/api/v1/nodes/{node}")["metadata"].get("annotations") or {}
                return CORDON in annotations

            line.wait_for(cordoned, SECONDS, lambda: DemoError(f"{node} is not cordoned"))
            line.say(f"{node} is cordoned")
        with self.steps.step("Snapshot its volumes at one point in time, and evict its pods") as line:
            line.wait_for(
                lambda: self._run_elsewhere(node, group),
                SECONDS,
                lambda: DemoError(f"some pods of {node} do not run elsewhere yet"),
            )
            taken = self._saved(instance)
            (place,) = self._users(database)
            line.say(f"{' and '.join(each.id for each in taken)}; now on {place}")
        return place

    def _die(self, node: str, instance: str) -> None:
        with self.steps.step("Two minutes later, EC2 takes the instance") as line:
            self.sandbox.aws.advance(NOTICE, only="none")

            def over() -> bool:
                return bool(self._incident(instance).get("closed_at"))

            line.wait_for(over, SECONDS, lambda: DemoError(f"the incident of {instance} is still open"))
            state = self.sandbox.aws.instances()[instance]
            another = ClusterControl.from_folder(self.sandbox.kubeconfig.parent).call(
                "lab", {"add_node": node}
            )
            line.say(f"{instance} is {state}; the node group launched {another['node']}")
            self.sandbox.aws.wait_idle()

    def _found(self, node: str, instance: str, moved: str, group: Sequence[ClaimFact]) -> InterruptionFact:
        attachments = self.admin.get("/apis/storage.k8s.io/v1/volumeattachments")["items"]
        incident = self._incident(instance)
        return InterruptionFact(
            node=node,
            instance=instance,
            state=self.sandbox.aws.instances()[instance],
            moved_to=moved,
            healthy=self._run_elsewhere(node, group),
            left_attached=tuple(
                each["metadata"]["name"] for each in attachments if each["spec"]["nodeName"] == node
            ),
            snapshots=tuple(self._saved(instance)),
            timeline=tuple(
                MomentFact(datetime.fromisoformat(at), text, left) for at, text, left in incident["timeline"]
            ),
        )

    def _run_elsewhere(self, node: str, group: Sequence[ClaimFact]) -> bool:
        """True when the pods of each claim run on one other node; a real scheduler may choose two for two."""
        places = [self._users(claim, running=True) for claim in group]
        return all(len(found) == 1 and not found & {node, ""} for found in places)

    def _users(self, claim: ClaimFact, running: bool = False) -> set[str]:
        """The nodes of the pods that use the claim; with `running`, "" for a pod that does not run."""
        return {
            "" if running and pod["status"].get("phase") != "Running" else pod["spec"].get("nodeName", "")
            for pod in self.admin.get(f"/api/v1/namespaces/{claim.namespace}/pods")["items"]
            for volume in pod["spec"].get("volumes") or []
            if (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim.claim
        }

    def _saved(self, instance: str) -> list[LiveSnapshot]:
        found = evidence.read_snapshots(self.sandbox.client("ec2")).values()
        ours = [each for each in found if each.tags.get(tags.POLICY) == INTERRUPTION]
        return [each for each in ours if each.tags[tags.RUN].endswith(instance)]

    def _incident(self, instance: str) -> dict[str, Any]:
        """The incident as stored in the journal's table (docs/decisions/0002)."""
        key = {"pk": {"S": f"INCIDENT#{instance}"}, "sk": {"S": "INCIDENT"}}
        answer = self.sandbox.client("dynamodb").get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return json.loads(answer["Item"]["incident"]["S"]) if "Item" in answer else {}

    def _show(self, fact: InterruptionFact) -> None:
        table = titled_table(f"The incident of {fact.instance}", "UTC", "seconds left", "what happened")
        for moment in fact.timeline:
            left = "" if moment.left is None else f"{moment.left:.0f}"
            table.add_row(f"{moment.at:%H:%M:%S}", left, Text(moment.text))
        self.console.print("", table)
