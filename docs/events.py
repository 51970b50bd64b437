"""`docs/events.md` and `docs/events.schema.json`: every event we publish, as the code publishes it.

The samples are what our announcers publish, so that fields cannot differ from the code. `make docs`
writes both files, and tests compare them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.event_samples import sample
from snapkeep.domain.metrics import SERVICE
from snapkeep.domain.report.announcements import RUNBOOKS, Event

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "events.md"
SCHEMA = ROOT / "docs" / "events.schema.json"

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
COUNTS: Schema = {"type": "object", "additionalProperties": WHOLE}
NUMBERS: Schema = {"type": "object", "additionalProperties": NUMBER}


def _list(**fields: Schema) -> Schema:
    item = {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}
    return {"type": "array", "items": item}


_FAILURE = {"namespace": TEXT, "claim": TEXT, "point": TEXT, "reason": TEXT}

FIELDS: Mapping[str, tuple[Schema, str]] = {
    "version": ({"const": "1"}, "the version of this format; it changes if a field changes its meaning"),
    "text": (TEXT, "one sentence for people, at most 600 characters"),
    "runbook": (TEXT, "the page of `docs/runbooks`, without `.md`"),
    "cluster": (TEXT, "the EKS cluster; empty if none is configured for it"),
    "policy": (TEXT, "the policy in `snapkeep.yaml`"),
    "slot": (MOMENT, "the scheduled time of the run, UTC"),
    "run": (TEXT, "the run's id; empty if nothing was snapshotted"),
    "state": ({"enum": ["completed", "partially_failed", "failed"]}, "how the run ended"),
    "total": (WHOLE, "points of the run; for lasting problems, how many there are"),
    "ready": (WHOLE, "ready points"),
    "failed": (WHOLE, "failed points"),
    "late": (WHOLE, "points whose snapshots are overdue but pending"),
    "ended": (WHOLE, "late points that became ready or failed"),
    "degraded": (TEXT, "why the run could not do everything; empty if it could"),
    "left": (COUNTS, "skipped claims by reason code ([troubleshooting](troubleshooting.md))"),
    "failures": (_list(**_FAILURE), "the first 50 failed points"),
    "late_points": (_list(**_FAILURE, snapshot=TEXT), "the first 50 late points"),
    "groups": (NUMBERS, "by group, seconds between its first and its last snapshot"),
    "reason": (TEXT, "why, in a sentence"),
    "namespace": (TEXT, "the claim's namespace"),
    "claim": (TEXT, "the claim's name"),
    "point": (TEXT, "the recovery point's id; empty if all points of the claim are meant"),
    "snapshot": (TEXT, "the EBS snapshot's id"),
    "source": (TEXT, "the snapshot that was copied"),
    "place": (TEXT, "the place in `snapkeep.yaml`, or the source of a vault"),
    "region": (TEXT, "the Region of the place"),
    "taken": (MOMENT, "when the copied snapshot was started: the age of the data"),
    "incremental": (
        {"type": ["boolean", "null"]},
        "whether EC2 moved only changed blocks; null if its event did not arrive",
    ),
    "not_locked": (TEXT, "why the copy is not locked as its rule asks; empty if it is, or need not be"),
    "counts": (COUNTS, "orphans by kind"),
    "dollars_a_month_at_most": (NUMBER, "what their snapshots cost if nothing is shared between them"),
    "orphans": (_list(kind=TEXT, name=TEXT, reason=TEXT), "the first 50 orphans"),
    "of": ({"enum": ["points", "orphans"]}, "what would be deleted"),
    "since": (MOMENT, "when the deletions were first refused"),
    "deletions": (WHOLE, "how many deletions are refused"),
    "snapshots": ({"type": "array", "items": TEXT}, "the first 50 snapshots"),
    "confirm": (TEXT, "the token for `snapkeep prune --confirm`"),
    "points": (WHOLE, "recovery points that stay"),
    "caller": (TEXT, "the ARN of who asked"),
    "account": (TEXT, "the account that a copy is lent to"),
    "until": (MOMENT, "when the loan ends by itself"),
    "method": (TEXT, "the HTTP method"),
    "path": (TEXT, "the path of the request"),
    "status": (WHOLE, "the HTTP status of the answer"),
    "request_id": (TEXT, "the API's request id, which is in its log"),
    "location": (TEXT, "the path of what was created; empty if nothing was"),
    "kind": ({"enum": ["ls", "get", "versions", "find"]}, "what was asked of the files"),
    "file": (TEXT, "a path in the claim's volume"),
    "looked_for": (TEXT, "the name that was looked for below it; empty if none was"),
    "instance": (TEXT, "the EC2 instance"),
    "node": (TEXT, "its node; empty if none is known"),
    "step": (TEXT, "what was just done, or `over`"),
    "seconds_left": ({"type": ["number", "null"]}, "until the instance's deadline; null without one"),
    "figures": (NUMBERS, "[metrics](metrics.md) of this step"),
    "timeline": (
        _list(at=MOMENT, text=TEXT, seconds_left={"type": ["number", "null"]}),
        "the last 50 steps of the incident",
    ),
    "about": (TEXT, "the policy, function or place concerned"),
    "told": (WHOLE, "how many of `total` this event names"),
    "troubles": (
        _list(subject=TEXT, reason=TEXT, since=MOMENT, reminder={"type": "boolean"}),
        "at most 100 problems; `reminder` says that it was announced before",
    ),
    "cut": (COUNTS, "fields that were cut to fit into an event, each with its original size; usually absent"),
}
"""Every field by name; a name means the same in every event."""

WHEN = {
    Event.RUN_COMPLETED: "a run ended with every point ready",
    Event.RUN_PARTIALLY_FAILED: "a run ended with some points ready, or could not look at everything",
    Event.RUN_FAILED: "a run ended with no point ready",
    Event.LATE_POINTS_ENDED: "points that were late when their run closed became ready or failed",
    Event.SLOT_MISSED: "a slot will no longer be run",
    Event.SLOT_REFUSED: "somebody asked for a slot that the schedule does not have",
    Event.POINT_NOT_LOCKED: "a point is ready without the lock that its policy asks for",
    Event.ORPHANS_FOUND: "the weekly sweep found snapshots or objects that belong to no backup",
    Event.PRUNE_BRAKED: "the brake refused deletions; again every week",
    Event.CLUSTER_GONE: "EKS no longer has the cluster: its backups stay",
    Event.POLICY_ORPHANED: "a policy that the config no longer names still has points, which stay",
    Event.CHANGED: "somebody changed something through the API",
    Event.FILES_READ: "somebody asked through the API to list, fetch or find files of recovery points",
    Event.OBJECTS_READ: "somebody asked through the API for links to saved objects of a namespace",
    Event.INTERRUPTION: "each step of an incident: an instance is about to die, or has died",
    Event.INTERRUPTION_MISSED: "an instance died before its volumes were snapshotted",
    Event.BACKUP_LATE: "claims are owed a recovery point; this and the events below repeat weekly",
    Event.WORK_GIVEN_UP: "a function keeps giving up parts of its work",
    Event.DELETION_STUCK: "deletions have waited for more than a day",
    Event.LABEL_MISREAD: "a claim has a Snapkeep label with a meaningless value",
    Event.BACKUPS_ENDED: "no policy takes a claim that was backed up before",
    Event.POINTS_LOST: "somebody deleted snapshots of recovery points in EC2; reminders end after four weeks",
    Event.COPY_READY: "a copy of a point is complete in its place",
    Event.COPY_FAILED: "a copy was given up; again every week until a newer one is there",
    Event.COPIES_LATE: "copies take too long, or claims wait for more than a day; again every week",
    Event.COPIES_LOST: "somebody deleted copies that a place should hold; again weekly, some for four weeks",
    Event.COPIES_NOT_LOCKED: "copies lack the lock of their rule; retried and repeated until they have it",
    Event.COPIES_LEFT: "copies in a place or of a cluster that the config no longer names; again every week",
    Event.COPIES_FULL: "copies send everything again, such as under a changed key; with their price",
    Event.LOAN_BEGUN: "a vault lends a copy to another account, because somebody asked",
    Event.LOAN_ENDED: "nothing of a loan is shared or granted any more",
    Event.LOANS_NOT_ENDED: "another account still has a right that should have ended; again every week",
    Event.SOURCE_SILENT: "in a vault: no copy of a source that has copies there has begun for two days, or "
    "for a day longer than is usual there",
    Event.POINTS_SUSPICIOUS: "people should look at these points before they trust them; again every week",
    Event.OBJECTS_NOT_LISTED: "kinds of Kubernetes objects are not saved beside a run; again every week",
    Event.FILE_SYSTEMS_NOT_BACKED_UP: "the last backup of a file system failed or waits, or a slot left "
    "claims on EFS out; again every week",
    Event.LIMIT_REACHED: "in a vault: a source asks for more copies a day than its `a_day` allows",
    Event.REQUESTS_REFUSED: "in a vault: requests of a source do not hold; each kind at most once a week",
}


def schema() -> dict[str, Any]:
    """A JSON Schema of our events: an event of ours matches exactly one of its parts."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of Snapkeep",
        "oneOf": [{"$ref": f"#/$defs/{_anchor(event)}"} for event in Event],
        "$defs": {
            **{_anchor(event): _schema_of(event) for event in Event},
            "fields": {name: {**kind, "description": says} for name, (kind, says) in FIELDS.items()},
        },
    }


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _schema_of(event: Event) -> dict[str, Any]:
    fields = [*sample(event)["detail"]]
    shown = {name: {"$ref": f"#/$defs/fields/{name}"} for name in [*fields, "cut"]}
    return {
        "description": WHEN[event],
        "type": "object",
        "properties": {
            "source": {"const": SERVICE},
            "detail-type": {"const": event.value},
            "detail": {
                "type": "object",
                "properties": shown,
                "required": fields,
                "additionalProperties": False,
            },
        },
        "required": ["source", "detail-type", "detail"],
    }


def _lines() -> Iterator[str]:
    yield from _INTRODUCTION
    for event in Event:
        runbook = RUNBOOKS.get(event)
        rings = f"[{runbook}](runbooks/{runbook}.md)" if runbook else "–"
        yield f"| [{event.value}](#{_anchor(event)}) | {WHEN[event]} | {rings} |"
    yield from ("", "## Fields", "", "| field | type | says |", "| --- | --- | --- |")
    for name, (kind, says) in FIELDS.items():
        yield f"| `{name}` | {_kind(kind)} | {says} |"
    for event in Event:
        yield from ("", f"## {event.value}", "", f"{WHEN[event][0].upper()}{WHEN[event][1:]}.", "", "```json")
        yield json.dumps(sample(event)["detail"], indent=2, ensure_ascii=False)
        yield "```"


def _kind(kind: Schema) -> str:
    if "const" in kind or "enum" in kind:
        return ", ".join(f"`{value}`" for value in kind.get("enum", [kind.get("const")]))
    if "format" in kind:
        return "time"
    if kind["type"] == "array":
        return f"list of {_kind(kind['items'])}"
    if kind["type"] == "object" and "properties" in kind:
        return ", ".join(f"`{name}`" for name in kind["properties"])
    if kind["type"] == "object":
        return "numbers by name"
    return " or ".join(kind["type"]) if isinstance(kind["type"], list) else str(kind["type"])


def _anchor(event: Event) -> str:
    return event.value.lower().replace(" ", "-")


_INTRODUCTION = """
# Events

Written by `make docs` from what the code publishes. Every event goes to the account's default event bus with
the source `snapkeep`; [events.schema.json](events.schema.json) is the JSON Schema. Those with a runbook also
reach the topic `FailureTopicArn`, an output of the stack; [notifications](notifications.md) connects chats
and pagers. An event may arrive twice.

| event | published when | reaches people: runbook |
| --- | --- | --- |""".splitlines()[1:]


if __name__ == "__main__":
    PAGE.write_text(page())
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
