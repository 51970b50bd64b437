"""An event bus that records what it gets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.points import Point, PointState
from tests.contract.ports.samples import a_point, a_run

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


SCHEMA = json.loads((Path(__file__).parents[5] / "docs" / "events.schema.json").read_text())


class Bus:
    """An EventBridge that remembers what it took, and refuses what docs/events.schema.json does not have."""

    def __init__(self, failed: int = 0) -> None:
        self.failed = failed
        self.entries: list[dict[str, Any]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.entries += Entries
        for entry in Entries:
            event = {"detail-type": entry["DetailType"], "source": entry["Source"]}
            jsonschema.validate(event | {"detail": json.loads(entry["Detail"])}, SCHEMA)
        error = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        return {"FailedEntryCount": self.failed, "Entries": [error if self.failed else {"EventId": "1"}]}

    def details(self) -> list[tuple[str, dict[str, Any]]]:
        return [(entry["DetailType"], json.loads(entry["Detail"])) for entry in self.entries]


def a_closed_run(state: RunState, **changes: Any) -> Run:
    return replace(a_run(), state=state, closed_at=NOW, **changes)


def failed_points(count: int) -> list[Point]:
    return [
        a_point(f"data-{number}", state=PointState.FAILED, reason="the volume is gone")
        for number in range(count)
    ]


def metrics(text: str) -> dict[str, dict[str, Any]]:
    """Each metric of the embedded format by its name, with its value and dimensions."""
    found = {}
    for line in text.splitlines():
        document = json.loads(line)
        directive = document["_aws"]["CloudWatchMetrics"][0]
        for metric in directive["Metrics"]:
            found[metric["Name"]] = {
                "namespace": directive["Namespace"],
                "unit": metric["Unit"],
                "value": document[metric["Name"]],
                "dimensions": {name: document[name] for name in directive["Dimensions"][0]},
                "also": directive["Dimensions"][1:],
            }
    return found
