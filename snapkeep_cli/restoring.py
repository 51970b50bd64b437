"""`snapkeep restore`: asks the API for a restore, and shows what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import typer

from snapkeep_cli.api.calls import Document, client, place, the_cluster
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.subjects import the_point
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.efs.restoring import ask_efs, ask_efs_instead, cancel_of_efs, go_on
from snapkeep_cli.efs.wishes import PREFIX, EfsWish, refuse_options_of_ebs
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, emit, fail, findings, say, tip
from snapkeep_cli.restore_arguments import RestoreArguments
from snapkeep_cli.restore_output import planned_restore, shown_restore
from snapkeep_cli.restore_request import ask_restore
from snapkeep_cli.restore_source import Source, read_source

ENDED = ("bound", "removed", "failed")
USABLE = ("waiting_for_consumer", *ENDED)
"""A claim that waits for its first pod is as far as it can get without one."""


def run(typed: RestoreArguments) -> None:
    """Do what somebody typed: cancel a restore, or start one from EBS snapshots or from EFS."""
    if typed.cancel:
        _cancel(typed)
        return
    on_efs = typed.goes_on_efs or typed.point.startswith(PREFIX)
    source = read_source(
        "" if on_efs else typed.point,
        typed.claim or (typed.target if on_efs else ""),
        typed.at,
        typed.target,
        typed.namespace,
        typed.from_namespace,
    )
    api = client()
    cluster = the_cluster(api, typed.cluster)
    efs = EfsWish(typed, source, cluster)
    if on_efs:
        refuse_options_of_ebs(typed)
        go_on(api, efs, *ask_efs(api, efs))
        return
    try:
        status, answer = _ask(api, cluster, source, typed)
    except ApiProblem as problem:
        if problem.code != "not_found" or not typed.claim or typed.options_of_ebs:
            raise
        go_on(api, efs, *ask_efs_instead(api, efs, problem))
        return
    findings(answer["plan"]["findings"])
    patience = timedelta(seconds=typed.timeout) if typed.wait and status == 202 else None
    _tell(api, answer, cluster, source.into, patience, typed.output)


def _cancel(typed: RestoreArguments) -> None:
    api = client()
    cluster = the_cluster(api, typed.cluster)
    namespace = typed.namespace or namespace_of(api, cluster, typed.cancel)
    where = place(cluster, namespace, "restores", typed.cancel)
    try:
        found = api.delete(*where)
    except ApiProblem as problem:
        if problem.code != "not_found":
            raise
        cancel_of_efs(api, where, problem, typed.output)
        return
    emit(found, typed.output, shown_restore(found))
    say("within minutes its recovery point is no longer held; EC2 cannot stop bringing it back")


def _tell(
    api: ApiClient,
    answer: Document,
    cluster: str,
    namespace: str,
    patience: timedelta | None,
    output: Output,
) -> None:
    """Show what was accepted or would be created; with patience, what became of it."""
    if patience:
        tip("if you stop waiting", _follow(answer, cluster, namespace))
        where = place(cluster, namespace, "restores", answer["id"])
        end(wait_for(lambda: api.get(*where), USABLE, patience), output)
        return
    state = answer.get("state", "would be created")
    emit(answer, output, planned_restore(answer["plan"], state, answer.get("id", "")))
    if "id" in answer:
        tip("its progress", _follow(answer, cluster, namespace))


def _follow(answer: Document, cluster: str, namespace: str) -> str:
    return f"snapkeep get restore {answer['id']} --cluster {cluster} --namespace {namespace}"


def _ask(api: ApiClient, cluster: str, source: Source, typed: RestoreArguments) -> tuple[int, Document]:
    """Request a restore from an EBS snapshot."""
    from_there = (typed.from_namespace or source.into, typed.point, typed.from_place, typed.from_cluster)
    wish: dict[str, Any] = {
        "recovery_point": the_point(api, cluster, *from_there),
        "claim": source.claim,
        "at": source.at,
        "target": typed.target,
        "size": typed.size,
        "expand": typed.expand.value,
        "storage_class": typed.storage_class,
        "zone": typed.zone,
        "labels": typed.labels,
        "strict": typed.strict,
        "dry_run": typed.dry_run,
    }
    elsewhere = {
        "source_namespace": source.from_namespace,
        "source_cluster": typed.from_cluster,
        "from_place": typed.from_place,
    }
    return ask_restore(api, cluster, source.into, wish, elsewhere)


def namespace_of(api: ApiClient, cluster: str, restore_id: str) -> str:
    """The namespace of a late restore; ends the command if it is not among them."""
    for each in api.get("clusters", cluster, "status")["restores"]:
        if each["id"] == restore_id:
            return str(each["namespace"])
    raise fail(
        "not_found",
        f"{restore_id} is not among the latest restores of {cluster}",
        "give -n NAMESPACE; `snapkeep get restores` lists the latest",
    )


def end(found: Document, output: Output) -> None:
    """Show a restore; exit 1 if it failed."""
    emit(found, output, shown_restore(found))
    if found["state"] == "failed":
        raise typer.Exit(Exit.FAILED)
