"""Gather what really happened: snapshots from EC2, states and reasons from the journal's table.

This reads the raw table, item by item, without the product's own adapters. Its keys are
`RUN#<run>` with `RUN`, `POINT#<id>` or `LEFT#<page>` (docs/decisions/0002).
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from sandbox.demo.facts import ClaimFact, LiveSnapshot, PointFact, RunFact
from snapkeep.domain import tags
from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.points import PointState

Item = Mapping[str, Any]

NOT_THIS_POLICY = frozenset(
    {
        Code.OTHER_POLICY,
        Code.OTHER_CLUSTER,
        Code.NOT_OPTED_IN,
        Code.NAMESPACE,
        Code.LABELS,
        Code.STORAGE_CLASS,
        Code.SIZE,
    }
)
"""Reasons one policy gave for leaving a claim out; another policy's reason says more about the claim."""


@dataclass(frozen=True, slots=True)
class Journal:
    """The items of the journal's table, by kind."""

    runs: Sequence[Item]
    points: Sequence[Item]
    pages: Sequence[Item]
    file_systems: Sequence[Item] = ()

    @property
    def is_settled(self) -> bool:
        """Whether there are runs and all of them have ended."""
        return bool(self.runs) and all(run["state"] not in ("planning", "running") for run in self.runs)

    @property
    def ready(self) -> int:
        """How many points are ready."""
        return sum(1 for point in self.points if point["state"] == PointState.READY)


def read_journal(dynamodb: Any, table: str) -> Journal:
    """Everything in the table, read page by page with a boto3 client."""
    items = list(_scan(dynamodb, table))
    return Journal(
        runs=[item for item in items if item["sk"] == "RUN"],
        points=[item for item in items if item["sk"].startswith("POINT#")],
        pages=[item for item in items if item["sk"].startswith("LEFT#")],
        file_systems=[item for item in items if item["pk"].startswith("EFS#")],
    )


def run_facts(journal: Journal) -> list[RunFact]:
    """Every run, ordered by id."""
    runs = [RunFact(run["id"], run["state"], run.get("degraded", "")) for run in journal.runs]
    return sorted(runs, key=lambda run: run.id)


def read_snapshots(ec2: Any) -> dict[str, LiveSnapshot]:
    """The EC2 snapshots that carry our tag, by id."""
    pages = ec2.get_paginator("describe_snapshots").paginate(
        OwnerIds=["self"], Filters=[{"Name": f"tag:{tags.MANAGED}", "Values": ["true"]}]
    )
    return {raw["SnapshotId"]: _snapshot(raw) for page in pages for raw in page["Snapshots"]}


def snapshot_ids(ec2: Any) -> set[str]:
    """Every snapshot in the account, whatever its tags."""
    pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"])
    return {raw["SnapshotId"] for page in pages for raw in page["Snapshots"]}


def claim_facts(journal: Journal, snapshots: Mapping[str, LiveSnapshot]) -> list[ClaimFact]:
    """Every claim with its points, then everything no policy took, with the reason; each sorted by name.

    Claims on EFS have no points: AWS Backup backs up their file systems.
    """
    taken = _taken(journal.points, snapshots)
    protected = {str(fact) for fact in taken} | set(_on_file_systems(journal))
    left = [fact for fact in _left(journal) if str(fact) not in protected]
    return [*sorted(taken, key=_order), *sorted(left, key=_order)]


def _taken(points: Iterable[Item], snapshots: Mapping[str, LiveSnapshot]) -> list[ClaimFact]:
    claims: dict[tuple[str, str, str, str], list[PointFact]] = {}
    for item in points:
        claim = item["claim"]
        key = (claim["cluster"], claim["namespace"], claim["name"], item["policy"])
        claims.setdefault(key, []).append(_point(item, snapshots))
    return [_claim(*key, tuple(found)) for key, found in claims.items()]


def _on_file_systems(journal: Journal) -> Iterator[str]:
    for item in journal.file_systems:
        if item["sk"].startswith("BACKUP#"):
            claims = json.loads(lzma.decompress(bytes(item["claims"])))
            yield from (f"{claim['namespace']}/{claim['name']}" for claim in claims)


def _claim(cluster: str, namespace: str, name: str, policy: str, points: tuple[PointFact, ...]) -> ClaimFact:
    protected = any(point.state == PointState.READY for point in points)
    reason = (
        "" if protected else "; ".join(point.reason or f"{point.id} is {point.state}" for point in points)
    )
    return ClaimFact(cluster, namespace, name, policy, protected, reason, points)


def _point(item: Item, snapshots: Mapping[str, LiveSnapshot]) -> PointFact:
    snapshot = snapshots.get(item.get("snapshot_id", ""))
    return PointFact(
        id=item["id"],
        state=PointState(item["state"]).public.value,
        method=item["method"],
        snapshot_id=item.get("snapshot_id", ""),
        size_bytes=snapshot.size_bytes if snapshot else 0,
        group=item.get("group", ""),
        reason=item.get("reason", "") or item.get("method_reason", ""),
    )


def _left(journal: Journal) -> list[ClaimFact]:
    """One fact per subject that a run left out; a reason about the claim itself wins."""
    clusters = {run["pk"]: run["cluster"] for run in journal.runs}
    found: dict[tuple[str, str], tuple[bool, str]] = {}
    for page in journal.pages:
        for subject, code, reason in page["entries"]:
            key = (clusters[page["pk"]], subject)
            telling = Code(code) not in NOT_THIS_POLICY
            if key not in found or telling > found[key][0]:
                found[key] = (telling, reason)
    return [_unprotected(cluster, subject, reason) for (cluster, subject), (_, reason) in found.items()]


def _unprotected(cluster: str, subject: str, reason: str) -> ClaimFact:
    namespace, claim = subject.split("/", 1)
    return ClaimFact(cluster, namespace, claim, policy="", protected=False, reason=reason)


def _snapshot(raw: Mapping[str, Any]) -> LiveSnapshot:
    return LiveSnapshot(
        id=raw["SnapshotId"],
        state=raw["State"],
        started_at=raw["StartTime"].astimezone(UTC),
        size_bytes=raw["VolumeSize"] * 2**30,
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())},
        volume_id=raw["VolumeId"],
    )


def _scan(dynamodb: Any, table: str) -> Iterator[Item]:
    values = TypeDeserializer()
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            yield {name: values.deserialize(value) for name, value in item.items()}


def _order(fact: ClaimFact) -> tuple[str, str, str, str]:
    return fact.cluster, fact.namespace, fact.claim, fact.policy
