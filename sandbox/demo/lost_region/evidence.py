"""What EC2 and Kubernetes show of the act, read without the product's own adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.demo import evidence
from sandbox.demo.facts import ClaimFact, LiveCopy, LiveSnapshot
from sandbox.demo.kube import Admin
from sandbox.launch import Sandbox
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags

AT_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=2)
CLUSTER_SECONDS = 1.0


def read_copies(ec2: Any) -> list[LiveCopy]:
    """The copies in a client's Region, with their keys and locks."""
    managed = [{"Name": f"tag:{tags.MANAGED}", "Values": [copy_tags.COPY]}]
    pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=managed)
    found = [each for page in pages for each in page["Snapshots"]]
    locks = {each["SnapshotId"]: each["LockState"] for each in ec2.describe_locked_snapshots()["Snapshots"]}
    return [_copy(each, locks.get(each["SnapshotId"], "")) for each in found]


def _copy(raw: Mapping[str, Any], lock: str) -> LiveCopy:
    present = {tag["Key"]: tag["Value"] for tag in raw.get("Tags", [])}
    return LiveCopy(
        id=raw["SnapshotId"],
        state=raw["State"],
        size_bytes=raw["VolumeSize"] * 2**30,
        key=raw.get("KmsKeyId", ""),
        lock=lock,
        source_id=present.get(copy_tags.COPY_OF, ""),
        tags=present,
    )


def shared(sandbox: Sandbox, owner: str, other: str, region: str) -> list[str]:
    """The snapshots of one account in a Region that another account may copy."""
    ec2 = sandbox.client("ec2", region, other)
    found = ec2.describe_snapshots(OwnerIds=[owner], RestorableByUserIds=["self"])["Snapshots"]
    return [each["SnapshotId"] for each in found]


def newest(ec2: Any, claims: Sequence[ClaimFact]) -> dict[str, LiveSnapshot]:
    """Each claim's newest snapshot in EC2, by the claim's name."""
    found = sorted(evidence.read_snapshots(ec2).values(), key=lambda each: each.started_at)
    named = {f"{each.tags.get(tags.NAMESPACE)}/{each.tags.get(tags.CLAIM)}": each for each in found}
    return {str(claim): named[str(claim)] for claim in claims}


def volume_of(admin: Admin, namespace: str, claim: str) -> str:
    """The EBS volume that a claim is bound to, "" if it is bound to none."""
    found = admin.get(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{claim}")
    if found["status"].get("phase") != "Bound":
        return ""
    spec = admin.get(f"/api/v1/persistentvolumes/{found['spec']['volumeName']}")["spec"]
    if "csi" in spec:
        return str(spec["csi"]["volumeHandle"])
    return str(spec["awsElasticBlockStore"]["volumeID"]).rpartition("/")[2]


def still_answering(sandbox: Sandbox) -> list[str]:
    """What of the sandbox's home Region still answers; each is asked once."""
    questions: dict[str, Callable[[], Any]] = {
        "EC2": lambda: _home(sandbox, "ec2").describe_snapshots(OwnerIds=["self"]),
        "DynamoDB": lambda: _home(sandbox, "dynamodb").list_tables(),
        "Lambda": lambda: _home(sandbox, "lambda").list_functions(),
        "the cluster": lambda: Admin(sandbox.kubeconfig, CLUSTER_SECONDS).get("/version"),
    }
    with ThreadPoolExecutor(len(questions)) as beside:  # a cluster that hangs takes the whole second
        answered = list(beside.map(_answers, questions.values()))
    return [name for name, each in zip(questions, answered, strict=True) if each]


def _answers(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except (BotoCoreError, ClientError, OSError):
        return False
    return True


def _home(sandbox: Sandbox, service: str) -> Any:
    """An administrator's client in the home Region that gives up at once."""
    access = sandbox.environment()
    session = boto3.Session(
        access["AWS_ACCESS_KEY_ID"], access["AWS_SECRET_ACCESS_KEY"], region_name=sandbox.region
    )
    make: Any = session.client
    return make(service, endpoint_url=sandbox.aws_url, config=AT_ONCE)
