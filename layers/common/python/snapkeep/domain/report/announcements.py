"""The events that Snapkeep publishes: their names, their texts, and whom they reach.

docs/events.md lists every event with its fields and its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Event(StrEnum):
    """The detail types of our events."""

    RUN_COMPLETED = "Snapkeep Run Completed"
    RUN_PARTIALLY_FAILED = "Snapkeep Run Partially Failed"
    RUN_FAILED = "Snapkeep Run Failed"
    LATE_POINTS_ENDED = "Snapkeep Late Points Ended"
    SLOT_MISSED = "Snapkeep Slot Missed"
    SLOT_REFUSED = "Snapkeep Slot Refused"
    POINT_NOT_LOCKED = "Snapkeep Point Not Locked"
    ORPHANS_FOUND = "Snapkeep Orphans Found"
    PRUNE_BRAKED = "Snapkeep Prune Braked"
    CLUSTER_GONE = "Snapkeep Cluster Gone"
    POLICY_ORPHANED = "Snapkeep Policy Orphaned"
    CHANGED = "Snapkeep API Change"
    FILES_READ = "Snapkeep Files Read"
    OBJECTS_READ = "Snapkeep Objects Read"
    INTERRUPTION = "Snapkeep Interruption"
    INTERRUPTION_MISSED = "Snapkeep Interruption Missed"
    BACKUP_LATE = "Snapkeep Backup Late"
    WORK_GIVEN_UP = "Snapkeep Work Given Up"
    DELETION_STUCK = "Snapkeep Deletion Stuck"
    LABEL_MISREAD = "Snapkeep Label Misread"
    BACKUPS_ENDED = "Snapkeep Backups Ended"
    POINTS_LOST = "Snapkeep Points Lost"
    COPY_READY = "Snapkeep Copy Ready"
    COPY_FAILED = "Snapkeep Copy Failed"
    COPIES_LATE = "Snapkeep Copies Late"
    COPIES_LOST = "Snapkeep Copies Lost"
    COPIES_NOT_LOCKED = "Snapkeep Copies Not Locked"
    COPIES_LEFT = "Snapkeep Copies Left"
    COPIES_FULL = "Snapkeep Copies Full"
    LOAN_BEGUN = "Snapkeep Loan Begun"
    LOAN_ENDED = "Snapkeep Loan Ended"
    LOANS_NOT_ENDED = "Snapkeep Loans Not Ended"
    SOURCE_SILENT = "Snapkeep Source Silent"
    LIMIT_REACHED = "Snapkeep Limit Reached"
    REQUESTS_REFUSED = "Snapkeep Requests Refused"
    POINTS_SUSPICIOUS = "Snapkeep Points Suspicious"
    OBJECTS_NOT_LISTED = "Snapkeep Objects Not Listed"
    FILE_SYSTEMS_NOT_BACKED_UP = "Snapkeep File Systems Not Backed Up"


RUNBOOKS = {
    Event.RUN_PARTIALLY_FAILED: "run-failed",
    Event.RUN_FAILED: "run-failed",
    Event.SLOT_MISSED: "run-failed",
    Event.SLOT_REFUSED: "run-failed",
    Event.POINT_NOT_LOCKED: "run-failed",
    Event.ORPHANS_FOUND: "prune-braked",
    Event.PRUNE_BRAKED: "prune-braked",
    Event.CLUSTER_GONE: "work-given-up",
    Event.POLICY_ORPHANED: "prune-braked",
    Event.INTERRUPTION_MISSED: "interruption-missed",
    Event.BACKUP_LATE: "backup-late",
    Event.WORK_GIVEN_UP: "work-given-up",
    Event.DELETION_STUCK: "work-given-up",
    Event.LABEL_MISREAD: "backup-late",
    Event.BACKUPS_ENDED: "backup-late",
    Event.POINTS_LOST: "points-lost",
    Event.COPY_FAILED: "copies",
    Event.COPIES_LATE: "copies",
    Event.COPIES_LOST: "copies",
    Event.COPIES_NOT_LOCKED: "copies",
    Event.COPIES_LEFT: "copies",
    Event.COPIES_FULL: "copies",
    Event.LOAN_BEGUN: "loans",
    Event.LOAN_ENDED: "loans",
    Event.LOANS_NOT_ENDED: "loans",
    Event.SOURCE_SILENT: "vault",
    Event.LIMIT_REACHED: "vault",
    Event.REQUESTS_REFUSED: "vault",
    Event.POINTS_SUSPICIOUS: "suspicious-points",
    Event.OBJECTS_NOT_LISTED: "objects-not-listed",
    Event.FILE_SYSTEMS_NOT_BACKED_UP: "file-systems",
}
"""The events that reach the topic, each with its page in docs/runbooks. The others are for machines."""

LONGEST = 600
"""The longest text, in characters: a chat shows this much in full."""

_RUN = "{policy} in {cluster}, slot {slot}: {ready} of {total} points ready, {failed} failed, {late} late"
_INCIDENT = "node {node} ({instance}) in {cluster}: {reason}"
_TROUBLES = "{about} in {cluster}, {total} in all: {first}"
_LENT = "{snapshot} ({namespace}/{claim} of {cluster})"
_TEXTS = {
    Event.RUN_COMPLETED: _RUN,
    Event.RUN_PARTIALLY_FAILED: _RUN,
    Event.RUN_FAILED: _RUN,
    Event.LATE_POINTS_ENDED: "{ended} late recovery points ended; " + _RUN,
    Event.SLOT_MISSED: "{policy} in {cluster}: no run for slot {slot}: {reason}",
    Event.SLOT_REFUSED: "{policy} in {cluster}: no run for slot {slot}: {reason}",
    Event.POINT_NOT_LOCKED: "{snapshot} of {namespace}/{claim} in {cluster}: {reason}",
    Event.ORPHANS_FOUND: "{cluster}: {found} orphans, {dollars_a_month_at_most} dollars a month at most",
    Event.PRUNE_BRAKED: "{cluster}: {deletions} deletions wait for confirmation ({confirm}): {reason}",
    Event.CLUSTER_GONE: "{cluster}: {reason}",
    Event.POLICY_ORPHANED: "{reason}",
    Event.CHANGED: "{caller}: {method} {path}, answered {status}",
    Event.FILES_READ: "{caller}: {kind} {file} in {namespace}/{claim} of {cluster}",
    Event.OBJECTS_READ: "{caller}: saved objects of {namespace} in {cluster}, run {run}",
    Event.INTERRUPTION: _INCIDENT,
    Event.INTERRUPTION_MISSED: _INCIDENT,
    Event.BACKUP_LATE: _TROUBLES,
    Event.WORK_GIVEN_UP: _TROUBLES,
    Event.DELETION_STUCK: _TROUBLES,
    Event.LABEL_MISREAD: _TROUBLES,
    Event.BACKUPS_ENDED: _TROUBLES,
    Event.POINTS_LOST: _TROUBLES,
    Event.COPY_READY: "{snapshot} in {place} holds {namespace}/{claim} of {cluster}, taken {taken}",
    Event.COPY_FAILED: _TROUBLES,
    Event.COPIES_LATE: _TROUBLES,
    Event.COPIES_LOST: _TROUBLES,
    Event.COPIES_NOT_LOCKED: _TROUBLES,
    Event.COPIES_LEFT: _TROUBLES,
    Event.COPIES_FULL: _TROUBLES,
    Event.LOAN_BEGUN: _LENT + " is lent to account {account} until {until}; {caller} asked for it",
    Event.LOAN_ENDED: _LENT + " is not lent to account {account} any more: {reason}",
    Event.LOANS_NOT_ENDED: _TROUBLES,
    Event.SOURCE_SILENT: "{first}",
    Event.LIMIT_REACHED: "{first}",
    Event.REQUESTS_REFUSED: "requests of {about} were refused: {first}",
    Event.OBJECTS_NOT_LISTED: _TROUBLES,
    Event.POINTS_SUSPICIOUS: "suspicious recovery points in {cluster}, {total} in all: {first}",
    Event.FILE_SYSTEMS_NOT_BACKED_UP: "{about}: {first}",
}

_UNSAFE = str.maketrans({'"': "'", "\\": "/", "<": "‹", ">": "›"} | {chr(code): " " for code in range(32)})


def reading(event: Event, detail: Mapping[str, Any]) -> dict[str, str]:
    """The fields of an event for people: `text`, and `runbook` (a page's name) if it reaches the topic.

    The text is safe inside a JSON string, because EventBridge's input transformers escape nothing, and in a
    chat, where angle brackets would make links and notify everybody. Some reasons quote an admission webhook.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    known = {**detail, "cluster": detail.get("cluster") or "no configured cluster"}
    known["found"] = sum(detail.get("counts", {}).values())
    known["first"] = "; ".join(
        f"{each['subject']}: {each['reason']}" for each in detail.get("troubles", ())[:3]
    )
    text = _TEXTS[event].format_map(known).translate(_UNSAFE)
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    page = RUNBOOKS.get(event)
    return {"text": shown} | ({"runbook": page} if page else {})
