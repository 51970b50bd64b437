"""A past for one claim: EC2 snapshots as six-hourly runs would have left them, and those runs as closed.

Retention knows a recovery point by its EBS snapshot: tags, state and start time. So each one is made by
calling CreateSnapshot on the claim's volume while the sandbox's clock stands at its slot, with the tags of
the claim's real point; only slot, run and point differ. The backup functions sleep meanwhile: 360 real runs
would take minutes, and earlier acts have already shown them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sandbox.aws.control import AwsControl
from sandbox.demo.facts import LiveSnapshot
from snapkeep.domain import tags
from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.naming import point_id
from snapkeep.domain.times import compact

EVERY = timedelta(hours=6)
SPAN = timedelta(days=90)
MADE = (
    f"{SPAN // EVERY} points, each by CreateSnapshot of the claim's volume while the sandbox's clock stood "
    "at its slot, with the tags of the claim's real point; only slot, run and point differ"
)
WRITE_BATCH = 25
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""
AFTERWARDS = timedelta(minutes=15)
"""From the last slot until somebody looks: its snapshot is complete by then."""


def slots(first: datetime) -> Iterator[datetime]:
    """The slots of the past that begins with `first`."""
    return (first + EVERY * number for number in range(SPAN // EVERY))


def journal_runs(dynamodb: Any, table: str, real: LiveSnapshot, first: datetime) -> None:
    """Journal the past runs, modelled on the real point's run (through a boto3 client). To prune, a journal
    that lacked them would look like an old copy of itself, and it would spare everything.
    """
    key = {"pk": {"S": f"RUN#{real.tags[tags.RUN]}"}, "sk": {"S": "RUN"}}
    run = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    items = [run | _changes(real, slot) for slot in slots(first)]
    for start in range(0, len(items), WRITE_BATCH):
        writes = [{"PutRequest": {"Item": item}} for item in items[start : start + WRITE_BATCH]]
        while writes:
            writes = dynamodb.batch_write_item(RequestItems={table: writes})["UnprocessedItems"].get(table)


def _changes(real: LiveSnapshot, slot: datetime) -> dict[str, dict[str, str]]:
    name = run_id(real.tags[tags.CLUSTER], real.tags[tags.POLICY], slot)
    at = {"S": slot.isoformat(timespec="microseconds")}
    changes = {"pk": {"S": f"RUN#{name}"}, "id": {"S": name}, "slot": {"S": compact(slot)}}
    return changes | {"accepted_at": at, "closed_at": at}


def make(aws: AwsControl, ec2: Any, real: LiveSnapshot, first: datetime) -> int:
    """Let the time since `first` pass, leaving a snapshot at every slot; return how many.

    No schedule fires and EBS sends no events: the journal knows only the runs (`journal_runs`).
    """
    events = aws.settings()["snapshot_events"]
    aws.settings(snapshot_events=0)
    made = 0
    for slot in slots(first):
        aws.advance_to(slot, only="none")
        ec2.create_snapshot(
            VolumeId=real.volume_id,
            Description=f"Snapkeep demo: as if taken at {compact(slot)}",
            TagSpecifications=[{"ResourceType": "snapshot", "Tags": _listed(tags_at(real, slot))}],
        )
        made += 1
    aws.advance(AFTERWARDS, only="none")
    aws.settings(snapshot_events=events)
    return made


def tags_at(real: LiveSnapshot, slot: datetime) -> dict[str, str]:
    """The real point's tags, moved to another slot (aware)."""
    cluster, policy = real.tags[tags.CLUSTER], real.tags[tags.POLICY]
    claim, uid = real.tags[tags.CLAIM], real.tags[tags.CLAIM_UID]
    return real.tags | {
        tags.SLOT: compact(slot),
        tags.RUN: run_id(cluster, policy, slot),
        tags.POINT: point_id(claim, cluster, uid, policy, slot, real.tags[tags.DEPLOYMENT]),
    }


def _listed(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]
