"""`snapkeep retention`: what a retention keeps and deletes, and why, without a cluster."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.words import in_words
from snapkeep_cli.retention_input import (
    read_interval,
    read_moment,
    read_points,
    read_rules,
    read_zone,
    simulated,
)
from snapkeep_cli.retention_output import as_json, as_table

WRONG_INPUT = 2

app = typer.Typer(
    help="What a retention keeps and deletes, and why, without a cluster.", no_args_is_help=True
)


class Output(StrEnum):
    """How a plan is printed."""

    TABLE = "table"
    JSON = "json"


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
    timezone: Annotated[str, typer.Option(help="The IANA time zone for days and weeks.")] = "UTC",
    now: Annotated[str, typer.Option(help="The time to plan for (ISO 8601); default: now.")] = "",
    output: Annotated[Output, typer.Option("-o", "--output", help="How to print it.")] = Output.TABLE,
) -> None:
    """Show which points a retention keeps and which it would delete, and why; changes nothing.

    Times without an offset are UTC.
    """
    try:
        if bool(points) == bool(every) or bool(every) != bool(span):
            raise ValueError("give either --points FILE, or --every and --for to simulate")
        rules, zone = read_rules(retention), read_zone(timezone)
        moment = read_moment(now, "--now") if now else datetime.now(UTC)
        interval = read_interval(every) if every else None
        found = simulated(interval, span, moment.astimezone(zone)) if interval else read_points(points)
    except ValueError as error:
        _refuse(str(error))
    answer = plan(found, rules, zone, moment)
    if output is Output.JSON:
        typer.echo(as_json(answer))
    else:
        typer.echo(as_table(answer, in_words(rules, interval), zone))


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(WRONG_INPUT)
