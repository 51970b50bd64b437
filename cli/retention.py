"""`snapkeep retention`: what a retention keeps and why, seen without a cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapkeep.domain.periods import back
from snapkeep.domain.points import PointState
from snapkeep.domain.retention import RetentionRules, parse_duration, parse_retention
from snapkeep.domain.retention_plan import RetentionPlan, plan
from snapkeep.domain.retention_points import Candidate

WRONG_INPUT = 2
MOST_SIMULATED = 1_000_000

app = typer.Typer(help="Retention: which recovery points stay, which go, and why.", no_args_is_help=True)


class Output(StrEnum):
    """How the answer is printed."""

    TABLE = "table"
    JSON = "json"


@app.callback()
def retention() -> None:
    """Retention: which recovery points stay, which go, and why."""


@app.command()
def explain(
    retention: Annotated[
        str, typer.Option(help='The retention block as JSON or YAML, such as "{last: 3, daily: 7}".')
    ],
    points: Annotated[Path | None, typer.Option(help="A JSON list of {id, time, state}.")] = None,
    every: Annotated[str, typer.Option(help="Instead of points: one so often, such as 6h.")] = "",
    span: Annotated[str, typer.Option("--for", help="Instead of points: over so long, such as 90d.")] = "",
    timezone: Annotated[str, typer.Option(help="The IANA time zone that cuts days and weeks.")] = "UTC",
    now: Annotated[
        str, typer.Option(help="The time to plan for (ISO 8601); the present when left out.")
    ] = "",
    output: Annotated[Output, typer.Option("-o", "--output", help="table or json.")] = Output.TABLE,
) -> None:
    """Show what a retention keeps of these points, each with its reasons, and what it would delete."""
    try:
        rules = _rules(retention)
        zone = _zone(timezone)
        moment = _time(now, "--now") if now else datetime.now(UTC)
        candidates = _candidates(points, every, span, moment.astimezone(zone))
    except ValueError as error:
        _refuse(str(error))
    answer = plan(candidates, rules, zone, moment)
    if output is Output.JSON:
        typer.echo(json.dumps(_document(answer), indent=2))
    else:
        Console().print(_table(answer, zone))


def _rules(text: str) -> RetentionRules:
    try:
        block = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"--retention is neither JSON nor YAML: {text[:100]!r}") from error
    if not isinstance(block, dict):
        raise ValueError(f'--retention must be a mapping such as "{{last: 3, daily: 7}}", got {text[:100]!r}')
    try:
        return parse_retention({str(name): value for name, value in block.items()})
    except ValueError as error:
        raise ValueError(f"--retention: {error}") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"--timezone: {name!r} is no IANA time zone, such as Asia/Seoul") from error


def _candidates(points: Path | None, every: str, span: str, now: datetime) -> list[Candidate]:
    """The points of the file, or simulated ones; `now` is local to the policy's zone."""
    if points is not None and not every and not span:
        return _read(points)
    if points is None and every and span:
        return list(_simulated(every, span, now))
    raise ValueError("give either --points FILE, or --every and --for together")


def _read(path: Path) -> list[Candidate]:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ValueError(f"--points: cannot read {path}: {error}") from error
    if not isinstance(document, list):
        raise ValueError(f"--points: {path} must hold a list of {{id, time, state}}")
    found = [_candidate(item, f"{path}: item {number}") for number, item in enumerate(document)]
    ids = [point.id for point in found]
    twice = sorted({name for name in ids if ids.count(name) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise ValueError(f"--points: {path} names {twice[0]!r} twice")
    return found


def _candidate(item: Any, where: str) -> Candidate:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        raise ValueError(f"--points: {where} must be {{id, time, state}} with a text as id")
    states = [state.value for state in (PointState.PENDING, PointState.READY, PointState.FAILED)]
    if item.get("state") not in states:
        raise ValueError(f"--points: {where}: state {item.get('state')!r} is not one of {', '.join(states)}")
    return Candidate(
        item["id"], _time(item.get("time"), f"--points: {where}: time"), PointState(item["state"])
    )


def _time(value: Any, where: str) -> datetime:
    """An aware time; one that names no zone is UTC."""
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {value!r} is no ISO 8601 time, such as 2026-11-23T06:00:00Z") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _simulated(every: str, span: str, now: datetime) -> Iterator[Candidate]:
    """Ready points `every` so often over `span` back from now, the newest now; ids are their times."""
    distance = parse_duration(every)
    if distance.years or distance.months:
        raise ValueError("--every takes days and hours only, such as 6h or 1d")
    step = timedelta(days=distance.days, hours=distance.hours)
    start, end = back(now, parse_duration(span)), now.astimezone(UTC)
    if (end - start) / step > MOST_SIMULATED:
        raise ValueError(f"--every {every} --for {span} are more than {MOST_SIMULATED:,} points")
    time = end
    while time > start:
        yield Candidate(f"{time:%Y-%m-%dT%H:%M:%SZ}", time, PointState.READY)
        time -= step


def _document(answer: RetentionPlan) -> dict[str, Any]:
    return {
        "keep": [{"id": kept.point.id, "reasons": list(kept.reasons)} for kept in answer.keep],
        "delete": [{"id": dropped.point.id, "reason": dropped.reason} for dropped in answer.delete],
    }


def _table(answer: RetentionPlan, zone: ZoneInfo) -> Table:
    """First what stays, then what goes; texts are data, never markup."""
    title = f"{len(answer.keep)} stay, {len(answer.delete)} go"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("", "point", "time", "why"):
        table.add_column(heading, overflow="fold")
    for kept in answer.keep:
        table.add_row("keep", Text(kept.point.id), _local(kept.point, zone), Text(", ".join(kept.reasons)))
    for dropped in answer.delete:
        table.add_row("delete", Text(dropped.point.id), _local(dropped.point, zone), Text(dropped.reason))
    return table


def _local(point: Candidate, zone: ZoneInfo) -> str:
    return f"{point.time.astimezone(zone):%a %Y-%m-%d %H:%M}"


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(WRONG_INPUT)
