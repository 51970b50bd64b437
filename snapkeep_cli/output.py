"""What commands print: documents for programs, tables for people, and everything else on standard error.

Text from clusters, tags and the API is data: it is printed without control characters and never interpreted
as markup or as a format.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
import yaml
from rich.console import RenderableType
from rich.text import Text

from snapkeep_cli.api.client import ApiProblem
from snapkeep_cli.api.words import fix_in_words, in_words
from snapkeep_cli.exit_codes import exit_of
from snapkeep_cli.tables import COLORS, Columns, Facts, Folded, Paper, Rows, clean


class Output(StrEnum):
    """How an answer is printed. `wide` is a table with more columns and each row on one line."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"


OutputOption = Annotated[Output, typer.Option("-o", "--output", help="How to print the answer.")]


def out(output: Output = Output.TABLE) -> Paper:
    """Standard output; rich respects NO_COLOR."""
    return Paper(more=output is Output.WIDE)


def err() -> Paper:
    """Standard error, for people."""
    return Paper(stderr=True)


def emit(document: Any, output: Output, table: RenderableType) -> None:
    """Print an answer: unchanged for programs, as a table for people."""
    if output is Output.JSON:
        typer.echo(json.dumps(document, indent=2))
    elif output is Output.YAML:
        typer.echo(yaml.safe_dump(document, sort_keys=False), nl=False)
    else:
        out(output).print(table, crop=False)


def table_of(rows: Sequence[Mapping[str, Any]], columns: Columns) -> Rows:
    """A table of these rows; `columns` maps titles to keys, in the order shown."""
    return Rows(rows, columns)


def facts(pairs: Mapping[str, object] | Iterable[tuple[str, object]]) -> Facts:
    """Names and values, one per line; empty ones are omitted."""
    return Facts(tuple(pairs.items() if isinstance(pairs, Mapping) else pairs))


def say(text: str) -> None:
    """Print a message for people; in a terminal it folds between words."""
    err().print(Folded(Text(clean(text))), crop=False)


def tip(what: str, command: str) -> None:
    """Print a command to copy, and what it is for."""
    _print_whole(Text.assemble(f"{clean(what)}: ", clean(command)))


def fail(code: str, text: str, fix: str = "") -> typer.Exit:
    """Print what is wrong and what to do. Raise the return value to end the command.

    `code` is one of `snapkeep_cli.exit_codes.OF_CODE`.
    """
    _print_refusal("error", code, text, fix)
    return typer.Exit(exit_of(code))


def tell(problem: ApiProblem) -> None:
    """Show a problem with all its findings."""
    found = problem.document.get("findings") or []
    if found:
        err().print(Text("refused, nothing was created:", style="bold red"))
        findings(found)
        return
    _print_refusal("error", problem.code, in_words(problem), fix_in_words(problem))
    if problem.document.get("request_id"):
        err().print(Text(f"  request {clean(problem.document['request_id'])}", style="dim"))


def findings(found: Sequence[Mapping[str, Any]]) -> None:
    """Show the findings of a pre-flight."""
    for item in found:
        severity, code = str(item.get("severity")), str(item.get("code") or "")
        _print_refusal(severity, code, str(item.get("text")), str(item.get("fix") or ""), indent="  ")


def _print_refusal(severity: str, code: str, text: str, fix: str, indent: str = "") -> None:
    """Print `error[code]: text`, and below it the fix, which stays on one line for copying."""
    style = COLORS.get(severity, "bold") if indent else "bold red"
    kind = clean(severity) + (f"[{clean(code)}]" if code else "")
    err().print(Folded(Text.assemble(indent, (f"{kind}: ", style), clean(text)), len(indent) + 2), crop=False)
    if fix:
        _print_whole(Text.assemble(f"{indent}  ", ("fix: ", "bold"), clean(fix)))


def _print_whole(text: Text) -> None:
    err().print(text, soft_wrap=True)
