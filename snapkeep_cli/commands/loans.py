"""`snapkeep copies lend`, `snapkeep copies end-loan`, `snapkeep get loans`: what a vault lends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from snapkeep_cli.api.calls import client, ending_well
from snapkeep_cli.moments import span
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, long_id, sentence, wide

app = typer.Typer(
    help="Lend copies of a vault to other accounts, and borrow them there.", no_args_is_help=True
)

COLUMNS: Columns = {
    "COPY": "snapshot_id",
    "ACCOUNT": "account",
    "STATE": "state",
    "UNTIL": "until",
    "CLUSTER": "cluster",
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "POINT": long_id("point"),
    "WHY": sentence("reason"),
    "BY": wide("by"),
    "BEGUN": wide("begun_at"),
    "ENDED": wide("ended_at"),
}

CopyArgument = Annotated[str, typer.Argument(help="The copy's EBS snapshot, or its recovery point.")]


@app.command("lend")
@ending_well
def lend(
    copy: CopyArgument,
    to: Annotated[str, typer.Option("--to", help="The account; the vault's lend_to must name it.")],
    lasts: Annotated[str, typer.Option("--for", help="How long: 1h to 7d.")] = "2d",
    file: Annotated[
        Path | None, typer.Option("-o", "--output-file", help="Write the loan document there.")
    ] = None,
) -> None:
    """Lend a copy of this vault to another account for a while; prints the loan document."""
    seconds = int(span(lasts, "--for").total_seconds())
    document = client().put({"seconds": seconds}, "loans", copy, to)
    text = json.dumps(document, indent=2)
    if file is None:
        typer.echo(text)
    else:
        _write(file, text)
    say(f"{document['snapshot']} is lent to {to} until {document['until']}; then the loan ends by itself")
    say(f"it is of {facts_of(document)}; what {to} has copied by then stays there")
    tip("there", f"snapkeep copies borrow --loan {file or 'FILE'}")


@app.command("end-loan")
@ending_well
def end_loan(
    copy: Annotated[str, typer.Argument(help="The copy's EBS snapshot.")],
    to: Annotated[str, typer.Option("--to", help="The account that it is lent to.")],
) -> None:
    """End a loan now: the account can no longer copy from it, and a copy in progress fails."""
    client().delete("loans", copy, to)
    say(f"{copy} is not lent to {to} any more")


@ending_well
def get_loans(
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 50,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the copies that a vault lends, and those that it has lent, the last first."""
    document = client().get("loans", limit=limit)
    emit(document, output, table_of(document["loans"], COLUMNS))
    if not document["loans"]:
        say("no loans")


def facts_of(document: dict[str, object]) -> str:
    """What a loan's copy holds, for people."""
    tags = document["tags"]
    assert isinstance(tags, dict)
    name = "/".join(str(tags.get(f"snapkeep:{key}", "")) for key in ("namespace", "claim"))
    return f"{name} of {tags.get('snapkeep:cluster', '')}, taken {tags.get('snapkeep:taken', '')}"


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text + "\n")
    except OSError as error:
        raise fail(
            "cannot_write",
            f"the loan has begun, but {file} cannot be written: {error.strerror}",
            "run the same command with another file: it lends nothing twice",
        ) from error
