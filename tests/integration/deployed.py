"""The product deployed into a sandbox, as `make demo` deploys it, for flows that a test asks for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer

from sandbox.demo import build, evidence, kube
from sandbox.demo.evidence import Item
from sandbox.demo.facts import LiveSnapshot
from sandbox.demo.kube import Admin
from sandbox.deploy import deploy
from sandbox.kubernetes import control
from sandbox.kubernetes.control import ClusterControl
from sandbox.launch import Sandbox
from snapkeep.domain.policies import USUAL_NAME
from tests.integration.synthesis import synthesize

ANY_MINUTE = "cron(* * * * ? 1970-2199)"
"""Scheduler alone can evaluate years, so every minute may be a slot, and none counts as missed or late."""
AGO = timedelta(minutes=10)
"""How long ago the first slot of a policy was: the next ones follow a minute apart."""
CLUSTER = "myeks"
PATIENCE = 4.0
"""Tests share their processors with others: a build that takes 40 s alone has taken more than 180."""
T = TypeVar("T")


@dataclass
class Deployed:
    """A running sandbox with the stack in it; `slots` holds the last slot that each policy was run at. The
    stack is in `region` of `account`, by default the sandbox's own."""

    sandbox: Sandbox
    cluster: ClusterControl
    admin: Admin
    outputs: dict[str, str]
    prefix: str = USUAL_NAME
    slots: dict[str, datetime] = field(default_factory=dict)
    region: str = ""
    account: str = ""

    def client(self, service: str) -> Any:
        """An administrator's boto3 client in the stack's Region and account."""
        return self.sandbox.client(service, self.region, self.account)

    def make_claims(self, namespace: str, count: int, key: str = "") -> list[str]:
        """Bound claims on EBS volumes of their own, under the key of AWS unless another is given."""
        self.cluster.call(
            "lab", {"bulk_claims": count, "namespace": namespace} | ({"key": key} if key else {})
        )
        return [f"bulk-{number:04d}" for number in range(count)]

    def backup(self, policy: str, slot: datetime | None = None) -> dict[str, Any]:
        """Invoke plan_backup with what a schedule sends, for a new slot if none is given; its answer."""
        slot = slot or self.next_slot(policy)
        self.slots[policy] = slot
        message = {"cluster": CLUSTER, "policy": policy, "scheduledTime": f"{slot:%Y-%m-%dT%H:%M:%SZ}"}
        return self.invoke("plan-backup", message)

    def next_slot(self, policy: str) -> datetime:
        """A slot by the clock of the functions that the policy was not run at yet."""
        follow = self.sandbox.aws.settings()["functions_follow_clock"]
        now = (self.sandbox.aws.now() if follow else datetime.now(UTC)).replace(second=0, microsecond=0)
        last = self.slots.get(policy)
        return max(now - AGO, last + timedelta(minutes=1)) if last else now - AGO

    def invoke(self, function: str, message: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function and wait for its answer; AssertionError with its error when it fails."""
        answer = self.client("lambda").invoke(
            FunctionName=f"{self.prefix}-{function}", Payload=json.dumps(message).encode()
        )
        document: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, document
        return document

    def prune(self, **request: Any) -> dict[str, Any]:
        """What prune reports of the cluster, once those that the ends of runs started are done."""

        def report() -> dict[str, Any] | None:
            (found,) = self.invoke("prune", {"cluster": CLUSTER, **request})["clusters"]
            return None if "another prune" in found["refused"] else dict(found)

        self.sandbox.aws.wait_idle()
        return until(report, "the other prune to end")

    def run(self, policy: str) -> Item:
        """The policy's last run as journaled; tests ask for it again and again, so nothing else is read."""
        name = f"{CLUSTER}.{policy}.{self.slots[policy]:%Y%m%dT%H%M%SZ}"
        found = self.client("dynamodb").get_item(
            TableName=self.outputs["JournalTableName"],
            Key={"pk": {"S": f"RUN#{name}"}, "sk": {"S": "RUN"}},
            ConsistentRead=True,
        )
        plain = TypeDeserializer().deserialize
        return {key: plain(value) for key, value in found.get("Item", {"state": {"S": "absent"}}).items()}

    def points(self, policy: str) -> Sequence[Item]:
        """The points of a policy as journaled."""
        journal = evidence.read_journal(self.client("dynamodb"), self.outputs["JournalTableName"])
        return [point for point in journal.points if point["policy"] == policy]

    def snapshots(self, policy: str) -> list[LiveSnapshot]:
        """The EC2 snapshots tagged with a policy."""
        found = evidence.read_snapshots(self.client("ec2")).values()
        return [snapshot for snapshot in found if snapshot.tags.get("snapkeep:policy") == policy]

    def until_closed(self, policy: str, limit: float = 60) -> Item:
        """The policy's last run once it is closed."""
        return until(
            lambda: run if (run := self.run(policy)).get("closed_at") else None,
            f"the run of {policy} to close",
            limit,
        )


def until(look: Callable[[], T | None], what: str, limit: float = 30) -> T:
    """What `look` gives once it gives something; AssertionError after `limit` seconds, times the patience."""
    limit *= PATIENCE
    end = time.monotonic() + limit
    while True:
        found = look()
        if found is not None:
            return found
        assert time.monotonic() < end, f"waited {limit:g} s for {what}"
        time.sleep(0.1)


@contextmanager
def deployed(
    folder: Path,
    config: dict[str, Any] | Callable[[Sandbox], dict[str, Any]],
    sandbox: Sandbox | None = None,
    patience: float = PATIENCE,
) -> Iterator[Deployed]:
    """The stacks of this config in a sandbox of its own, stopped at the end. The config may depend on what a
    test makes in the sandbox. `patience` multiplies how long its cluster may take for one answer, and the
    command that prints its manifests.
    """
    path = folder / "snapkeep.yaml"
    with sandbox or Sandbox(folder / "sandbox") as sandbox:
        path.write_text(json.dumps(config(sandbox) if callable(config) else config))  # JSON is YAML, too
        assembly = synthesize(path, folder / "cdk.out")
        stack, *_ = deploy(assembly, sandbox.client)
        cluster = ClusterControl.from_folder(sandbox.kubeconfig.parent, control.SECONDS * patience)
        cluster.call("lab", {})
        admin = Admin(sandbox.kubeconfig, kube.SECONDS * patience)
        admin.apply(build.manifests(path, CLUSTER, build.SECONDS * patience))
        yield Deployed(sandbox, cluster, admin, stack.outputs)


def config_of(*policies: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A config with these policies; each takes the namespace of its own name unless it says otherwise."""
    defaults = {"schedule": {"expression": ANY_MINUTE}, "retention": {"last": 3}}
    return {
        "clusters": [{"name": CLUSTER, "region": "ap-northeast-2"}],
        "defaults": defaults,
        "policies": [{"selection": {"namespaces": [policy["name"]]}, **policy} for policy in policies],
        "consistency_wait": "1 minute",
        **changes,
    }
