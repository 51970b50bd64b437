"""Runs, points and a table, as the contract tests use them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.domain.backup.runs import Run, run_id
from snapkeep.domain.points import ClaimFacts, Point, Snapshot, SnapshotState
from snapkeep.domain.policies import Method
from snapkeep.ports.journal import Journal

NOW = datetime(2026, 11, 24, 18, 0, 5, tzinfo=UTC)
SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
TABLE = "journal"


def a_run(policy: str = "daily", slot: datetime = SLOT, cluster: str = "myeks") -> Run:
    """A run that was just accepted."""
    return Run(run_id(cluster, policy, slot), cluster, policy, slot, accepted_at=NOW, deployment="blue")


def a_point(name: str = "data", run: Run | None = None, **changes: Any) -> Point:
    """A planned point of a claim of that name."""
    run = run or a_run()
    claim = ClaimFacts(
        cluster=run.cluster,
        namespace="wordpress",
        name=name,
        uid=f"uid-{name}",
        requested="20Gi",
        storage_class="gp3",
        access_modes=("ReadWriteOnce",),
        volume_mode="Filesystem",
        fs_type="xfs",
    )
    point = Point(
        id=f"{name}-20261124t180000z-0123456789",
        run=run.id,
        policy=run.policy,
        slot=run.slot,
        claim=claim,
        volume_id=f"vol-{name}",
        method=Method.EBS,
        accepted_at=NOW,
        lead=f"{name}-20261124t180000z-0123456789",
        deployment=run.deployment,
    )
    return replace(point, **changes)


def later(**duration: float) -> datetime:
    """`NOW` and then some."""
    return NOW + timedelta(**duration)


def create_table(client: Any) -> None:
    """The journal's table, as `infra` makes it."""
    indexes = {
        schema.POINTS_INDEX: schema.POINTS_INDEX_KEYS,
        schema.OPEN_INDEX: schema.OPEN_INDEX_KEYS,
        schema.RUNS_INDEX: schema.RUNS_INDEX_KEYS,
    }
    attributes = {schema.PK, schema.SK} | {name for keys in indexes.values() for name in keys}
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys(schema.PK, schema.SK),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)],
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": _keys(*keys), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            for index, keys in indexes.items()
        ],
    )


def _keys(*names: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


ME, OTHER = "me", "other"
UNTIL = later(minutes=2)


def started(journal: Journal, *points: Point, run: Run | None = None) -> Run:
    """A run that is running with these points."""
    run = run or a_run()
    journal.runs.open_run(run, ME, UNTIL, NOW)
    journal.points.add_points(points)
    journal.runs.start_run(replace(run, total=len(points)))
    return run


def leased(journal: Journal, point: Point, owner: str = ME) -> Point:
    held = journal.creations.lease(point, owner, UNTIL, NOW)
    assert held is not None
    return held


def a_snapshot(snapshot_id: str) -> Snapshot:
    return Snapshot(snapshot_id, "vol-data", SnapshotState.COMPLETED, NOW, 7, {})


def stored(journal: Journal, point: Point) -> Point:
    (found,) = journal.points.points(point.run, [point.id])
    return found
