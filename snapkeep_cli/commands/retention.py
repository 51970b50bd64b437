"""`snapkeep retention`: what a retention keeps and deletes, and why, without a cluster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from snapkeep.domain.archive.wanted import ArchivePolicy
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.words import in_words
from snapkeep_cli.archive import with_archiving
from snapkeep_cli.output import Output, OutputOption, emit, fail
from snapkeep_cli.retention_input import (
    read_archive_after,
    read_interval,
    read_moment,
    read_points,
    read_rules,
    read_zone,
    simulated,
)
from snapkeep_cli.retention_output import document_of, in_tables
from snapkeep_cli.usage import Commands

app = typer.Typer(
    cls=Commands, help="What a retention keeps and deletes, and why, without a cluster.", no_args_is_help=True
)


@app.callback()
def retention() -> None:
    """What a retention keeps and deletes, and why, without a cluster."""


@app.command()
def explain(
    retention: Annotated[
        str, typer.Option(help='The rules as JSON or YAML, such as "{last: 28, daily: 14}", or @FILE.')
    ],
    points: Annotated[
        str, typer.Option(help="A JSON file: a list of {id, time, state}; - reads standard input.")
    ] = "",
    every: Annotated[
        str, typer.Option(help="Instead of --points: the interval between points, such as 6h.")
    ] = "",
    span: Annotated[
        str, typer.Option("--for", help="With --every: how far back from now, such as 90d.")
    ] = "",
    archive_after: Annotated[
        str, typer.Option(help='Also say what is archived, such as "{monthly: 30d}".')
    ] = "",
    timezone: Annotated[str, typer.Option(help="The IANA time zone for days and weeks.")] = "UTC",
    now: Annotated[str, typer.Option(help="The time to plan for (ISO 8601); default: now.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show which points a retention keeps and which it would delete, and why; changes nothing.

    Times without an offset are UTC.
    """
    try:
        if bool(points) == bool(every) or bool(every) != bool(span):
            raise ValueError("give either --points FILE, or --every and --for to simulate")
        rules, zone = read_rules(retention), read_zone(timezone)
        archiving = ArchivePolicy(rules, read_archive_after(archive_after))
        moment = read_moment(now, "--now") if now else datetime.now(UTC)
        interval = read_interval(every) if every else None
        found = simulated(interval, span, moment.astimezone(zone)) if interval else read_points(points)
    except ValueError as error:
        raise fail("usage", str(error)) from error
    answer = with_archiving(plan(found, rules, zone, moment), archiving, moment)
    emit(document_of(answer), output, in_tables(answer, in_words(rules, interval), zone))
