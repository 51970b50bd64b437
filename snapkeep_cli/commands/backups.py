"""`snapkeep backup`, `snapkeep get backup`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

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
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of

ENDED = ("completed", "partially_failed", "failed")

POINTS = {"NAMESPACE": "namespace", "CLAIM": "claim", "STATE": "state", "METHOD": "method", "ID": "id"}
PLAN = {"NAMESPACE": "namespace", "CLAIM": "claim", "METHOD": "method", "WHY": "reason"}


@ending_well
def backup(
    claims: Annotated[list[str] | None, typer.Argument(help="Claims, or NAMESPACE/CLAIM.")] = None,
    namespace: NamespaceOption = "",
    policy: Annotated[str, typer.Option(help="Back up this policy's claims instead.")] = "",
    method: Annotated[str, typer.Option(help="csi or ebs; default: csi if the cluster supports it.")] = "",
    cluster: ClusterOption = "",
    dry_run: DryRunOption = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the backup has ended.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="With --wait: the most seconds to wait.")] = 3600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Back up claims now: by name, a whole namespace, or a policy's claims. Backups are kept for 30 days."""
    if not (claims or namespace or policy):
        raise fail("what should be backed up?", "name claims, --namespace or --policy", Exit.USAGE)
    if policy and (claims or namespace):
        raise fail("a policy selects its claims itself", "omit claims and --namespace", Exit.USAGE)
    api = client()
    cluster = the_cluster(api, cluster)
    names = [_named(claim, namespace) for claim in claims or []]
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
        return
    where = place(cluster, here, "backups", answer["id"])
    if wait:
        answer = wait_for(lambda: _with_text(api.get(*where)), ENDED, timedelta(seconds=timeout))
        _end(answer, output)
        return
    emit(answer, output, table_of([answer], {"BACKUP": "id", "STATE": "state", "SLOT": "slot"}))
    say(f"snapkeep get backup {answer['id']} --cluster {cluster}  shows its progress")


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
    if answer["next_cursor"]:
        say("not all points are shown: snapkeep get points --policy on-demand lists them")
    if answer["state"] == "failed":
        raise typer.Exit(Exit.FAILED)


def _with_text(answer: Document) -> Document:
    return {**answer, "text": _counts(answer)}


def _counts(answer: Document) -> str:
    return f"{answer['ready']} of {answer['total']} points ready, {answer['failed']} failed"


def _tell_left(left: list[Document]) -> None:
    for item in left:
        say(f"not taken: {item['subject']}: {item['reason']}")


def _named(claim: str, namespace: str) -> dict[str, str]:
    place, slash, name = claim.rpartition("/")
    if not slash and not namespace:
        raise fail(f"which namespace is {claim} in?", "give --namespace, or NAMESPACE/CLAIM", Exit.USAGE)
    return {"namespace": place or namespace, "name": name}
