"""What commands print: documents for programs, tables for people, and everything else on standard error.

Text from clusters, tags and the API is data: it is shown without control characters and never interpreted as
markup or as a format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from snapkeep_cli.api.client import ApiProblem
from snapkeep_cli.exit_codes import Exit

COLORS = {
    "ready": "green",
    "protected": "green",
    "bound": "green",
    "completed": "green",
    "late": "yellow",
    "warning": "yellow",
    "partially_failed": "yellow",
    "goes": "red",
    "goes next": "yellow",
    "pending": "cyan",
    "waiting_for_consumer": "cyan",
    "unprotected": "red",
    "failing": "bold red",
    "failed": "red",
    "error": "red",
}


UNCUT = 1000
"""Columns if the output is not a terminal; tables use no more than they need."""


class Output(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


OutputOption = Annotated[Output, typer.Option("-o", "--output", help="How to print the answer.")]


def out() -> Console:
    """Standard output; rich respects NO_COLOR, and output into a pipe or a file is not cut."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = max(console.width, UNCUT)
    return console


def err() -> Console:
    """Standard error, for people."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def clean(value: object) -> str:
    """A value as one line without control characters."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def styled(value: object) -> Text:
    """A cell; states and severities are coloured."""
    text = clean(value)
    return Text(text, style=COLORS.get(text, ""))


def emit(document: Any, output: Output, table: RenderableType) -> None:
    """Print an answer: unchanged for programs, as a table for people."""
    if output is Output.JSON:
        typer.echo(json.dumps(document, indent=2))
    elif output is Output.YAML:
        typer.echo(yaml.safe_dump(document, sort_keys=False), nl=False)
    else:
        out().print(table)


def table_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Table:
    """A table of these rows; `columns` maps titles to keys."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in columns:
        table.add_column(title, no_wrap=True, overflow="ignore")
    for row in rows:
        table.add_row(*(styled(row.get(key)) for key in columns.values()))
    return table


def facts(pairs: Mapping[str, object]) -> Table:
    """Names and values, one per line; empty ones are omitted."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        if value not in (None, "", [], {}):
            shown = ", ".join(map(clean, value)) if isinstance(value, list) else value
            table.add_row(name, styled(shown))
    return table


def say(text: str) -> None:
    """Print a message for people."""
    err().print(Text(clean(text)))


def fail(text: str, fix: str = "", code: Exit = Exit.FAILED) -> typer.Exit:
    """Print what is wrong and what to do; raise the return value to end the command."""
    console = err()
    console.print(Text.assemble(("error: ", "bold red"), clean(text)))
    if fix:
        console.print(Text.assemble(("  fix: ", "bold"), clean(fix)))
    return typer.Exit(code)


def tell(problem: ApiProblem) -> None:
    """Show a problem with all its findings."""
    console = err()
    found = problem.document.get("findings") or []
    if found:
        console.print(Text("refused, nothing was created:", style="bold red"))
        findings(found)
        return
    console.print(Text.assemble(("error: ", "bold red"), clean(problem)))
    if problem.document.get("fix"):
        console.print(Text.assemble(("  fix: ", "bold"), clean(problem.document["fix"])))
    if problem.document.get("request_id"):
        console.print(Text(f"  request {clean(problem.document['request_id'])}", style="dim"))


def findings(found: Sequence[Mapping[str, Any]]) -> None:
    """Show the findings of a pre-flight."""
    console = err()
    for item in found:
        severity = clean(item.get("severity"))
        console.print(
            Text.assemble("  ", (severity, COLORS.get(severity, "bold")), f": {clean(item.get('text'))}")
        )
        if item.get("fix"):
            console.print(Text.assemble("    ", ("fix: ", "bold"), clean(item["fix"])))
