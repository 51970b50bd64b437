"""`snapkeep backup`, `snapkeep get backup`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import typer

from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    DryRunOption,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.subjects import the_claim
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.namespace_output import saved_in_words
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, long_id, sentence, wide

ENDED = ("completed", "partially_failed", "failed")

POINTS: Columns = {
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "STATE": "state",
    "METHOD": "method",
    "ID": long_id("id"),
    "WHY": sentence("reason"),
    "EBS SNAPSHOT": wide("snapshot_id"),
}
PLAN: Columns = {"NAMESPACE": "namespace", "CLAIM": "claim", "METHOD": "method", "WHY": sentence("reason")}


@ending_well
def backup(
    claims: Annotated[list[str] | None, typer.Argument(help="Claims, as NAME or NAMESPACE/NAME.")] = None,
    namespace: NamespaceOption = "",
    policy: Annotated[str, typer.Option(help="Back up this policy's claims instead.")] = "",
    method: Annotated[
        Literal["csi", "ebs"] | None,
        typer.Option(help="How to cut snapshots; default: csi if the cluster supports it."),
    ] = None,
    cluster: ClusterOption = "",
    dry_run: DryRunOption = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the backup has ended.")] = False,
    timeout: Annotated[
        int, typer.Option(min=1, help="With --wait: how many seconds to wait at most.")
    ] = 3600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Back up claims now: by name, a whole namespace, or a policy's claims. Backups are kept for 30 days."""
    if not (claims or namespace or policy):
        raise fail("usage", "nothing to back up", "name claims, --namespace or --policy")
    if policy and (claims or namespace):
        raise fail("usage", "a policy selects its claims itself", "omit claims and --namespace")
    api = client()
    cluster = the_cluster(api, cluster)
    named = [the_claim(claim, "" if "/" in claim else namespace, "the claim") for claim in claims or []]
    names = [{"namespace": where, "name": name} for where, name in named]
    body: dict[str, Any] = {"dry_run": dry_run, **({"method": method} if method else {})}
    here = namespace if all(item["namespace"] == namespace for item in names) else ""
    if here:
        body |= {"claims": [item["name"] for item in names]} if names else {}
    else:
        body |= {"policy": policy} if policy else {"claims": names}
    status, answer = api.post(body, *place(cluster, here, "backups"))
    if status == 200:
        emit(answer, output, table_of(answer["taken"], PLAN))
        _tell_left(answer["left"])
        _warn(answer["unmet"])
        if answer["unmet"] and not answer["taken"]:
            raise typer.Exit(Exit.REFUSED)
        return
    where = place(cluster, here, "backups", answer["id"])
    follow = f"snapkeep get backup {answer['id']} --cluster {cluster}"
    if wait:
        tip("if you stop waiting", follow)
        answer = wait_for(lambda: _with_text(api.get(*where)), ENDED, timedelta(seconds=timeout))
        _end(answer, output)
        return
    emit(answer, output, table_of([answer], {"BACKUP": "id", "STATE": "state", "SLOT": "slot"}))
    _warn(answer["degraded"])
    tip("its progress", follow)


@ending_well
def get_backup(
    backup_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a backup, or of a policy's run.")],
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a backup's progress: its recovery points, and what it skipped and why."""
    api = client()
    _end(api.get(*place(the_cluster(api, cluster), namespace, "backups", backup_id)), output)


def _end(answer: Document, output: Output) -> None:
    emit(answer, output, table_of(answer["points"], POINTS))
    _tell_left(answer["left"])
    say(f"{answer['id']} is {answer['state']}: {_counts(answer)}")
    _warn(answer["degraded"])
    if objects := saved_in_words(answer):
        say(objects)
    if answer["next_cursor"]:
        say("not all points are shown: snapkeep get points --policy on-demand lists them")
    if answer["state"] == "failed":
        raise typer.Exit(Exit.FAILED)


def _with_text(answer: Document) -> Document:
    return {**answer, "text": _counts(answer)}


def _counts(answer: Document) -> str:
    return f"{answer['ready']} of {answer['total']} points ready, {answer['failed']} failed"


def _warn(reason: str) -> None:
    """Say why less was backed up than requested, such as a cluster that did not answer."""
    if reason:
        say(f"warning: {reason}")


def _tell_left(left: list[Document]) -> None:
    for item in left:
        say(f"not taken: {item['subject']}: {item['reason']}")
