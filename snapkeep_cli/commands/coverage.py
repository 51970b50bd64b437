"""`snapkeep coverage`, `snapkeep get clusters`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group

from snapkeep.domain.report.coverage import Coverage
from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.check_output import and_then, check_words, suspicious_by_name, suspicious_points, unread
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.namespace_output import counts_of, namespaces_of, namespaces_table, whole_in_words
from snapkeep_cli.output import Output, OutputOption, emit, say, table_of
from snapkeep_cli.tables import Columns, sentence

COLUMNS: Columns = {
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "STATE": "state",
    "POLICY": "policy",
    "LAST GOOD": "last",
    "WHY": sentence("reason"),
}
CLUSTERS: Columns = {"NAME": "name", "REGION": "region", "POLICIES": sentence("policies")}


@ending_well
def coverage(
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    only: Annotated[Coverage | None, typer.Option(help="Only claims in this state.")] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="End with exit code 1 if a claim or its copies are late or unprotected, or a point is "
            "suspicious.",
        ),
    ] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show which claims are protected and which are not, and why; where objects are saved, which namespaces
    are restorable whole."""
    api = client()
    report = api.get(*place(the_cluster(api, cluster), namespace, "coverage"))
    claims = [claim for claim in report["claims"] if only in (None, claim["state"])]
    table = table_of([_row(claim) for claim in claims], _columns(claims))
    emit({**report, "claims": claims}, output, Group(table, *([] if only else namespaces_table(report))))
    always = {Coverage.PROTECTED, Coverage.LATE, Coverage.UNPROTECTED}
    counts = ", ".join(f"{report[state]} {state}" for state in Coverage if report[state] or state in always)
    say(f"{counts}, at {report['at']}")
    if report["copies_late"]:
        many = "1 claim" if report["copies_late"] == 1 else f"{report['copies_late']} claims"
        say(f"the copies of {many} are late: COPIES says why")
    if whole := whole_in_words(counts_of(namespaces_of(report))):
        say(whole)
    suspicious = suspicious_points(report)
    if suspicious:
        say(f"{suspicious_by_name(suspicious)}; {and_then(report)}")
    if report.get("objects_unasked"):
        say(f"warning: which namespaces are restorable whole is unknown: {report['objects_unasked']}")
    unasked = [text for text in (report["unasked"], report["copies_unasked"], unread(report)) if text]
    for text in unasked:
        say(f"warning: {text}")
    if check and unasked:
        raise typer.Exit(Exit.UNAVAILABLE)
    if namespace and not report["claims"]:
        say(f"namespace {namespace} has no claims, or does not exist")
        if check:
            raise typer.Exit(Exit.NOT_FOUND)
    if check and (
        suspicious or report["copies_late"] or any(report[state] for state in Coverage if state.is_wanting)
    ):
        raise typer.Exit(Exit.FAILED)


def _columns(claims: list[Document]) -> Columns:
    """The columns; those about copies and checks only where there are some."""
    copies: Columns = {"COPIES": sentence("copied")} if any(claim["copies"] for claim in claims) else {}
    checks: Columns = {"CHECKED": sentence("checked")} if any(map(check_words, claims)) else {}
    return {**COLUMNS, **checks, **copies}


def _row(claim: Document) -> Document:
    last = (claim["last_good"] or {}).get("slot", "")
    return {**claim, "last": last, "copied": _copied(claim["copies"]), "checked": check_words(claim)}


def _copied(copies: list[Document]) -> str:
    """How a claim stands in each place."""
    return "; ".join(
        f"{copy['place']}: {copy['standing'].replace('_', ' ')}: {copy['reason']}" for copy in copies
    )


@ending_well
def get_clusters(output: OutputOption = Output.TABLE) -> None:
    """List the clusters of the deployment."""
    found = client().get("clusters")
    rows = [{**cluster, "policies": ", ".join(cluster["policies"])} for cluster in found["clusters"]]
    emit(found, output, table_of(rows, CLUSTERS))
