"""The facts for people (two tables) and for programs (`report.json`)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sandbox.demo.facts import (
    ClaimFact,
    FilesFact,
    FileSystemFact,
    InterruptionFact,
    LostRegionFact,
    RestoreFact,
    RetentionFact,
)
from sandbox.demo.steps import StepRecord
from snapkeep.domain.sizes import format_quantity

SNAPSHOT_COLUMN = "EC2 snapshot"
COLOURS = {"ready": "green", "failed": "bold red"}


def write(
    path: Path,
    claims: Sequence[ClaimFact],
    steps: Sequence[StepRecord],
    retention: RetentionFact | None = None,
    restores: Sequence[RestoreFact] = (),
    interruption: InterruptionFact | None = None,
    lost_region: LostRegionFact | None = None,
    files: FilesFact | None = None,
    shared: FileSystemFact | None = None,
) -> None:
    """Write the report: `claims`, `restores`, `files` (null until points were looked into), `shared` (null
    until the files on EFS are back), `retention` (null until prune has run), `interruption` (null until a
    node has died), `lost_region` (null until WordPress is back in another) and `steps`.

    Times are ISO 8601; no reader ever sees a half-written file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    document: dict[str, Any] = {
        "claims": [dataclasses.asdict(claim) for claim in claims],
        "restores": [dataclasses.asdict(restore) for restore in restores],
        "files": dataclasses.asdict(files) if files else None,
        "shared": dataclasses.asdict(shared) if shared else None,
        "retention": dataclasses.asdict(retention) if retention else None,
        "interruption": dataclasses.asdict(interruption) if interruption else None,
        "lost_region": dataclasses.asdict(lost_region) if lost_region else None,
        "steps": [dataclasses.asdict(step) for step in steps],
    }
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(document, indent=2, default=datetime.isoformat) + "\n")
    draft.replace(path)


def show(console: Console, claims: Sequence[ClaimFact]) -> None:
    """Print what is protected, point by point, and what is not, with the reason."""
    console.print("", _protected([claim for claim in claims if claim.points]))
    for note in [*_groups(claims), *_methods(claims)]:
        console.print(Text(note, style="dim"), soft_wrap=True)
    left = [claim for claim in claims if not claim.points]
    if left:
        console.print("", _left(left))


def _protected(claims: Sequence[ClaimFact]) -> Table:
    table = titled_table("Recovery points", "claim", "policy", "state", "method", "size", SNAPSHOT_COLUMN)
    for claim in claims:
        for point in claim.points:
            table.add_row(
                Text(str(claim)),
                Text(claim.policy),
                Text(point.state, style=COLOURS.get(point.state, "yellow")),
                Text(point.method),
                Text(format_quantity(point.size_bytes)),
                Text(point.snapshot_id),
            )
    return table


def _groups(claims: Sequence[ClaimFact]) -> Iterator[str]:
    members: dict[str, list[str]] = {}
    for claim in claims:
        for point in claim.points:
            if point.group:
                members.setdefault(point.group, []).append(claim.claim)
    for group, names in members.items():
        yield f"group {group}: {' and '.join(names)}, crash-consistent with each other"


def _methods(claims: Sequence[ClaimFact]) -> Iterator[str]:
    for claim in claims:
        for point in claim.points:
            if point.reason:
                yield f"{claim}: {point.reason}"


def _left(claims: Sequence[ClaimFact]) -> Table:
    table = titled_table("Not protected", "claim or pod:volume", "why")
    for claim in claims:
        table.add_row(Text(str(claim)), Text(claim.reason))
    return table


def titled_table(title: str, *columns: str) -> Table:
    """A table that never truncates a name, however narrow the terminal; ids stay whole for copying."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.pad_edge, table.padding = False, (0, 1, 0, 0)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == SNAPSHOT_COLUMN)
    return table
