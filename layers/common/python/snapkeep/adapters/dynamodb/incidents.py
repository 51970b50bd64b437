"""Incidents in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.interruption.notices import Hook, Kind, Notice
from snapkeep.domain.interruption.records import IncidentRecord, TimelineEntry
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item

BESIDE = ("unsaved", "unlooked")
TIMES = ("cordoned_at", "saved_at", "again", "closed_at", "closed_before")


class DynamoIncidents:
    """Implements the Incidents port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def incident(self, instance: str) -> IncidentRecord | None:
        item = self._table.get(schema.incident_key(instance))
        return self._table.read(item, _record) if item else None

    def write_incident(self, record: IncidentRecord) -> IncidentRecord:
        """Write a new incident, or the next revision of one; TemporaryError when another was written."""
        following = replace(record, revision=record.revision + 1)
        try:
            if record.revision:
                self._table.put(_item(following), "#revision = :known", {"known": record.revision})
            else:
                self._table.put(_item(following), IS_NEW)
        except Refused as error:
            raise Contended(f"the incident of {record.instance}") from error
        return following

    def open_incidents(self) -> Iterator[IncidentRecord]:
        """Incidents that are not closed; the index lags."""
        entries = list(
            self._table.query("#open = :value", {"value": schema.OPEN_INCIDENTS}, schema.OPEN_INDEX)
        )
        found = self._table.get_many([key_of(entry) for entry in entries])
        for record in self._table.read_each(found, _record):
            if record.closed_at is None:
                yield record

    def incidents_of(self, cluster: str, since: datetime) -> Iterator[IncidentRecord]:
        """The incidents of a cluster first announced at or after `since`; the index lags."""
        values = {"place": schema.incidents_key(cluster), "since": precise(since)}
        condition = "#policy_key = :place AND #slot >= :since"
        entries = list(self._table.query(condition, values, schema.RUNS_INDEX))
        found = self._table.get_many([key_of(entry) for entry in entries])
        yield from self._table.read_each(found, _record)


def _item(record: IncidentRecord) -> dict[str, Any]:
    """The item of an incident: in the index of open ones while it is open, then with an expiry."""
    first = record.notices[0].announced_at if record.notices else record.timeline[0].at
    is_open = {"open": schema.OPEN_INCIDENTS}
    return {
        **schema.incident_key(record.instance),
        **({schema.EXPIRES_AT: schema.expiry(record.closed_at)} if record.closed_at else is_open),
        "policy_key": schema.incidents_key(record.cluster),
        "slot": precise(first),
        "revision": record.revision,
        "incident": json.dumps(_plain(record)),
        "unsaved": list(record.unsaved),  # beside the others, so that an older version can read the record
        "unlooked": record.unlooked,
    }


def _plain(record: IncidentRecord) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(record) if field.name not in BESIDE]
    fields = {name: getattr(record, name) for name in names}
    times = {name: _time(fields[name]) for name in TIMES}
    return (
        fields
        | times
        | {
            "notices": [_plain_notice(notice) for notice in record.notices],
            "timeline": [
                [precise(moment.at), moment.text, moment.seconds_left] for moment in record.timeline
            ],
        }
    )


def _plain_notice(notice: Notice) -> dict[str, Any]:
    return dataclasses.asdict(notice) | {
        "announced_at": precise(notice.announced_at),
        "deadline": _time(notice.deadline),
        "window_end": _time(notice.window_end),
    }


def _record(item: Item) -> IncidentRecord:
    fields = json.loads(item["incident"])
    return IncidentRecord(
        **fields
        | {name: _read_time(fields[name]) for name in TIMES}
        | {
            "notices": tuple(_notice(notice) for notice in fields["notices"]),
            "timeline": tuple(
                TimelineEntry(datetime.fromisoformat(at), text, left) for at, text, left in fields["timeline"]
            ),
            "answered": tuple(fields["answered"]),
            "unsaved": tuple(item.get("unsaved", ())),
            "unlooked": bool(item.get("unlooked", False)),
            "revision": int(item["revision"]),
        }
    )


def _notice(fields: dict[str, Any]) -> Notice:
    return Notice(
        **fields
        | {
            "kind": Kind(fields["kind"]),
            "announced_at": datetime.fromisoformat(fields["announced_at"]),
            "deadline": _read_time(fields["deadline"]),
            "hook": Hook(**fields["hook"]) if fields["hook"] else None,
            "window_end": _read_time(fields.get("window_end")),
        }
    )


def _time(at: datetime | None) -> str | None:
    return precise(at) if at else None


def _read_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
