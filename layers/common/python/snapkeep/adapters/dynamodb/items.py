"""Runs and points as DynamoDB items, and back.

Times are UTC text of fixed width, so that they sort chronologically; None and empty values are omitted.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.on_demand import request_of, request_text
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.backup.slot_record import KnownSchedule, SlotRecord
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.points import ClaimFacts, Point, PointState
from snapkeep.domain.policies import Method, Schedule
from snapkeep.domain.times import compact, precise, read_compact

Item = Mapping[str, Any]


def at_of(item: Item) -> datetime:
    """The time (aware) in an item's `at`. Raises KeyError and ValueError."""
    return datetime.fromisoformat(item["at"])


def run_item(run: Run) -> dict[str, Any]:
    """The item of an open run, in the index of open ones."""
    fields = plain(replace(run, request=None))
    del fields["skipped"]
    return {
        **schema.run_key(run.id),
        **fields,
        **({"wish": request_text(run.request)} if run.request else {}),
        "slot": compact(run.slot),
        "left": dict(run.skipped),
        "policy_key": schema.policy_key(run.cluster, run.policy),
        "open": "yes",
    }


def run_of(item: Item) -> Run:
    """The run an item holds."""
    return Run(
        id=item["id"],
        cluster=item["cluster"],
        policy=item["policy"],
        slot=read_compact(item["slot"]),
        accepted_at=datetime.fromisoformat(item["accepted_at"]),
        state=RunState(item["state"]),
        total=int(item["total"]),
        ready=int(item["ready"]),
        failed=int(item["failed"]),
        degraded=item.get("degraded", ""),
        skipped={code: int(count) for code, count in item.get("left", {}).items()},
        closed_at=time_of(item.get("closed_at")),
        announced=item["announced"],
        request=request_of(item["wish"]) if "wish" in item else None,
        late=int(item.get("late", 0)),
        deployment=item.get("deployment", ""),
        ends_untold=bool(item.get("ends_untold", False)),
    )


def slot_record_item(record: SlotRecord) -> dict[str, Any]:
    """The item of a slot record, with the next version; the caller adds the keys."""
    schedules = [
        {"since": precise(known.since), **_schedule_fields(known.schedule)} for known in record.schedules
    ]
    return {
        "version": record.version + 1,
        "schedules": json.dumps(schedules),
        "taken": json.dumps([compact(slot) for slot in record.taken]),
    }


def slot_record_of(cluster: str, policy: str, item: Item) -> SlotRecord:
    """The slot record in an item."""
    return SlotRecord(
        cluster=cluster,
        policy=policy,
        schedules=tuple(_known_schedule(entry) for entry in json.loads(item["schedules"])),
        taken=tuple(read_compact(text) for text in json.loads(item["taken"])),
        version=int(item["version"]),
    )


def _schedule_fields(schedule: Schedule) -> dict[str, Any]:
    return {**dataclasses.asdict(schedule), "catch_up": int(schedule.catch_up.total_seconds())}


def _known_schedule(entry: Item) -> KnownSchedule:
    schedule = Schedule(
        expression=entry["expression"],
        timezone=entry["timezone"],
        flexible_minutes=entry["flexible_minutes"],
        catch_up=timedelta(seconds=entry["catch_up"]),
        enabled=entry["enabled"],
    )
    return KnownSchedule(schedule, datetime.fromisoformat(entry["since"]))


def point_item(point: Point) -> dict[str, Any]:
    """The item of a point."""
    return {
        **schema.point_key(point.run, point.id),
        **plain(point),
        "slot": compact(point.slot),
        "point_id": point.id,
        "claim": plain(point.claim),
    }


def point_of(item: Item) -> Point:
    """The point an item holds."""
    return Point(
        id=item["id"],
        run=item["run"],
        policy=item["policy"],
        slot=read_compact(item["slot"]),
        claim=_claim(item["claim"]),
        volume_id=item["volume_id"],
        method=Method(item["method"]),
        accepted_at=datetime.fromisoformat(item["accepted_at"]),
        lead=item["lead"],
        group=item.get("group", ""),
        method_reason=item.get("method_reason", ""),
        state=PointState(item["state"]),
        snapshot_id=item.get("snapshot_id", ""),
        size_bytes=int(item.get("size_bytes", 0)),
        started_at=time_of(item.get("started_at")),
        reason=item.get("reason", ""),
        intent_at=time_of(item.get("intent_at")),
        empty_reads=int(item.get("empty_reads", 0)),
        last_read_at=time_of(item.get("last_read_at")),
        ended_at=time_of(item.get("ended_at")),
        fell_back=bool(item.get("fell_back", False)),
        sharers=tuple(item.get("sharers", ())),
        behind=item.get("behind", ""),
        driver_mark=item.get("driver_mark", ""),
        withdrawn=bool(item.get("withdrawn", False)),
        nonce=item.get("nonce", ""),
        deployment=item.get("deployment", ""),
    )


def _claim(item: Item) -> ClaimFacts:
    """The claim in an item. Items from before the driver was journaled belong to the open-source driver."""
    text = {field.name: item.get(field.name, "") for field in dataclasses.fields(ClaimFacts)}
    driver = item.get("driver", EBS_CSI.name)
    return ClaimFacts(**{**text, "access_modes": tuple(item.get("access_modes", ())), "driver": driver})


def plain(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as DynamoDB types; None, "" and () are omitted."""
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {name: _simple(field) for name, field in fields.items() if field not in (None, "", ())}


def _simple(value: Any) -> Any:
    if isinstance(value, datetime):
        return precise(value)
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def time_of(text: str | None) -> datetime | None:
    """The time (aware) in a field; None when it is absent."""
    return datetime.fromisoformat(text) if text else None
