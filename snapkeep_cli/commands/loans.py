"""`snapkeep copies lend`, `end-loan` and `borrow`, `snapkeep get loans`: copies lent between accounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from snapkeep.domain.errors import Invalid
from snapkeep.domain.vault.loan_documents import LoanDocument, read_loan_document
from snapkeep_cli.api.calls import Document, client, ending_well
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.waiting import wait_for
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

BORROWED = ("ready", "failed", "deleting")
BORROWED_COLUMNS: Columns = {
    "CLUSTER": "cluster",
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "TAKEN": "taken",
    "STATE": "state",
    "PROGRESS": "progress",
    "SIZE": "size",
    "EBS SNAPSHOT": "snapshot_id",
    "POINT": long_id("point"),
    "WHY": sentence("message"),
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
    say(f"it holds {facts_of(document)}; what {to} has copied by then stays there")
    tip("there", f"snapkeep copies borrow --loan {file or 'FILE'}")


@app.command("end-loan")
@ending_well
def end_loan(
    copy: Annotated[str, typer.Argument(help="The copy's EBS snapshot.")],
    to: Annotated[str, typer.Option("--to", help="The account that it is lent to.")],
) -> None:
    """End a loan now: the account can no longer copy from it, and a copy in progress fails."""
    client().delete("loans", copy, to)
    say(f"{copy} is no longer lent to {to}")


@app.command("borrow")
@ending_well
def borrow(
    file: Annotated[Path, typer.Option("--loan", help="The loan document that the lender passed on.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the copy is ready.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="With --wait: the most seconds to wait.")] = 3600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Copy what a vault has lent to this account, under a key of its own; then restore --from-place loan."""
    loan = _read(file)
    api = client()
    where = ("borrowed-copies", loan.point)
    found = api.put(loan.to_document(), *where)
    if wait and found["state"] == "pending":
        tip("if you stop waiting", f"snapkeep copies borrow --loan {file} --wait")
        found = wait_for(lambda: _progress(api, where, found), BORROWED, timedelta(seconds=timeout))
    emit(found, output, table_of([found], BORROWED_COLUMNS))
    if found["state"] == "failed":
        raise fail(
            "loan_refused",
            f"{found['snapshot_id']} has failed: {found['message']}",
            "KMS may take minutes to accept a new loan, and copies fail once a loan has ended: run the same "
            "command again, or ask the lender whether the loan still runs",
        )
    say(f"{found['snapshot_id']} stays until you delete it: no retention applies to borrowed copies")
    claim = f"{found['namespace']}/{found['claim']}"
    tip("then", f"snapkeep restore --from-place loan --claim {claim} --from-cluster {found['cluster']}")


@ending_well
def get_loans(
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most this many.")] = 50,
    output: OutputOption = Output.TABLE,
) -> None:
    """List a vault's current and past loans, newest first."""
    document = client().get("loans", limit=limit)
    emit(document, output, table_of(document["loans"], COLUMNS))
    if not document["loans"]:
        say("no loans")


def facts_of(document: dict[str, object]) -> str:
    """What a loan's copy holds, for people."""
    tags = document["tags"]
    assert isinstance(tags, dict)
    name = "/".join(str(tags.get(f"snapkeep:{key}", "")) for key in ("namespace", "claim"))
    return f"{name} of cluster {tags.get('snapkeep:cluster', '')}, taken {tags.get('snapkeep:taken', '')}"


def _progress(api: ApiClient, where: Sequence[str], begun: Document) -> Document:
    """How far a borrowed copy is, as `wait_for` shows it; EC2 may not list a new one yet, and so show an
    earlier one that has failed."""
    try:
        found = api.get(*where)
    except ApiProblem as problem:
        if problem.code != "not_found":
            raise
        found = begun
    if found["state"] == "failed" and found["snapshot_id"] != begun["snapshot_id"]:
        found = begun
    return {**found, "text": found["progress"]}


def _read(file: Path) -> LoanDocument:
    try:
        return read_loan_document(json.loads(file.read_text()))
    except OSError as error:
        raise fail("usage", f"{file} cannot be read: {error.strerror}", "give the loan document") from error
    except (ValueError, RecursionError) as error:
        raise fail("usage", f"{file} is not JSON: {error}", "ask the lender for the document") from error
    except Invalid as error:
        raise fail("usage", f"{file}: {error.reason}", "ask the lender for the document") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text + "\n")
    except OSError as error:
        raise fail(
            "cannot_write",
            f"the loan has begun, but {file} cannot be written: {error.strerror}",
            "run the same command with another file: it lends nothing twice",
        ) from error
