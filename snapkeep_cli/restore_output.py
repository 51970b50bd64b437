"""How restores from EBS snapshots are shown: before they begin, and as they are."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.report.feasibility import hours
from snapkeep_cli.api.calls import Document
from snapkeep_cli.output import facts
from snapkeep_cli.tables import Facts


def planned_restore(plan: Document, state: str, restore_id: str = "") -> Facts:
    """What will be made, and from what."""
    return facts(
        {
            "restore": restore_id,
            "claim": f"{plan['namespace']}/{plan['target']}",
            "state": state,
            "size": plan["size"],
            "storage class": plan["storage_class"],
            "from": f"{plan['recovery_point']} ({plan['snapshot_id']})",
            "taken": _taken(plan),
        }
    )


def _taken(plan: Document) -> str:
    """When the recovery point was taken, and how long ago."""
    if not plan["taken_at"]:
        return ""
    age = plan["age_seconds"]
    return f"{plan['taken_at']}, {hours(timedelta(seconds=age))} ago" if age is not None else plan["taken_at"]


def shown_restore(found: Document) -> Facts:
    """The present state of a restore, what happened to it, and events of its claim."""
    events = [("event", f"{event['at']} {event['reason']}: {event['message']}") for event in found["events"]]
    pairs = [
        ("restore", found["id"]),
        ("claim", f"{found['namespace']}/{found['target']}"),
        ("state", found["state"]),
        ("", found["text"]),
        ("size", found["size"]),
        ("from", f"{found['recovery_point']} ({found['snapshot_id']})"),
        ("place", found.get("place", "")),  # an API deployed earlier has none
        ("asked by", found["caller"]),
        *((moment["at"], moment["text"]) for moment in found["timeline"]),
        *events,
    ]
    return facts(pairs)
