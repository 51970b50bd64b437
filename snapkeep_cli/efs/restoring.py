"""`snapkeep restore` of a claim on EFS: from the request to the bound claim, from wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import typer

from snapkeep.domain.efs.restore.directories import Directory, choose, made_by
from snapkeep_cli.api.calls import Document, place
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.cluster.kubectl import Kubectl, KubectlFailed, kubectl_for
from snapkeep_cli.efs.claims import NameTaken, NotBound, make
from snapkeep_cli.efs.look import IMAGE, CannotLook, Look, look
from snapkeep_cli.efs.wishes import EfsWish
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, emit, err, facts, fail, findings, say, table_of, tip
from snapkeep_cli.tables import Columns, Facts

IN_EFS = ("restored", "seen", "ready", "done", "failed")
"""The states in which AWS has done its part."""
ANSWERED = ("ready", "done", "failed", "restored")
"""The states in which EFS has answered; `restored` if it refused an access point."""

OTHERWISE = "try --look-in NAMESPACE or --image IMAGE, or look yourself and give --directory NAME"

DIRECTORIES: Columns = {"DIRECTORY": "name", "MADE": "made", "HAS THE FOLDER": "has_path"}


def ask_efs(api: ApiClient, wish: EfsWish) -> tuple[int, Document]:
    """Request the restore, or continue the open one of the same claim and backup. Raises ApiProblem."""
    asked: dict[str, Any] = {
        "claim": wish.source.claim,
        "recovery_point": wish.typed.point,
        "at": wish.source.at,
        "target": wish.typed.target,
        "labels": wish.typed.labels,
        "strict": wish.typed.strict,
        "dry_run": wish.typed.dry_run,
    }
    given = {name: value for name, value in asked.items() if value}
    into = wish.source.into
    elsewhere = {"source_namespace": wish.source.from_namespace, "source_cluster": wish.typed.from_cluster}
    if from_there := {name: value for name, value in elsewhere.items() if value}:
        # The cluster's own route needs its own permission.
        return api.post(given | {"namespace": into} | from_there, "clusters", wish.cluster, "efs-restores")
    return api.post(given, *place(wish.cluster, into, "efs-restores"))


def ask_efs_instead(api: ApiClient, wish: EfsWish, problem: ApiProblem) -> tuple[int, Document]:
    """Request a claim that has no points of its own from the backups of file systems. Raises `problem` if it
    is in none, or if the deployment makes none."""
    try:
        return ask_efs(api, wish)
    except ApiProblem as other:
        raise (problem if other.code in ("not_found", "forbidden") else other) from None


def restore_of_efs(api: ApiClient, where: Sequence[str], problem: ApiProblem) -> Document:
    """The restore from EFS with the id of one that is not from EBS snapshots; raises `problem` if there is
    none."""
    try:
        return api.get(*where[:-2], "efs-restores", where[-1])
    except ApiProblem as other:
        raise (problem if other.code in ("not_found", "forbidden") else other) from None


def cancel_of_efs(api: ApiClient, where: Sequence[str], problem: ApiProblem, output: Output) -> None:
    """Cancel a restore from EFS, whose id no restore from EBS snapshots has; raises `problem` if there is
    none."""
    try:
        found = api.delete(*where[:-2], "efs-restores", where[-1])
    except ApiProblem as other:
        raise (problem if other.code in ("not_found", "forbidden") else other) from None
    emit(found, output, _shown(found))


def go_on(api: ApiClient, wish: EfsWish, status: int, answer: Document) -> None:
    """Bring a restore as far as somebody asked; ends the command if it cannot go on. Raises ApiProblem."""
    if status == 200:
        findings(answer["plan"]["findings"])
        emit(answer, wish.typed.output, _planned(answer["plan"]))
        return
    findings(answer["findings"])
    restore: Document = answer["restore"]
    where = place(restore["cluster"], restore["namespace"], "efs-restores", restore["id"])
    if wish.patience and not wish.typed.dry_run:  # whichever backup is the newest when it goes on
        tip("if you stop waiting, go on later", wish.command(restore, *_again(wish)))
    if wish.typed.dry_run:
        say("a restore of this claim from this backup is open; without --dry-run the command continues it")
    elif wish.typed.goes_on_efs:
        restore = _make_claim(api, wish, restore, where)
    elif wish.patience:
        restore = wait_for(lambda: api.get(*where), IN_EFS, wish.patience)
    _show(restore, wish)


def show_from_efs(restore: Document, output: Output) -> None:
    """Show a restore; exit 1 if it failed."""
    emit(restore, output, _shown(restore))
    if restore["state"] == "failed":
        raise typer.Exit(Exit.FAILED)


def _make_claim(api: ApiClient, wish: EfsWish, restore: Document, where: Sequence[str]) -> Document:
    """Find the directory, have its access point made, and make the volume and the claim."""
    patience = wish.patience or timedelta(minutes=10)
    kubectl = kubectl_for(wish.cluster, wish.typed.context, writes=True)
    restore = wait_for(lambda: api.get(*where), IN_EFS, patience)
    _check_directory(wish, restore)
    if restore["state"] == "restored":
        seen = _looked(kubectl, wish, restore) if wish.typed.look else wish.typed.directory
        restore = api.put({"directory": seen}, *where, "directory")
    if restore["state"] == "seen":
        restore = wait_for(lambda: api.get(*where), ANSWERED, patience)
        if restore["state"] == "restored":
            raise fail("efs_refused", restore["text"], f"then run: {wish.command(restore, *_again(wish))}")
    if restore["state"] == "ready":
        mend = f"fix that, then run: {wish.command(restore, *_again(wish))}"
        try:
            make(kubectl, restore, wish.typed.labels)
        except NameTaken as trouble:
            raise fail("conflict", str(trouble), mend) from trouble
        except NotBound as trouble:
            raise fail("still_waiting", str(trouble), mend) from trouble
        except KubectlFailed as trouble:
            raise fail("kubectl_failed", str(trouble), mend) from trouble
        restore = api.put({}, *where, "claim")
    return restore


def _check_directory(wish: EfsWish, restore: Document) -> None:
    """End the command if somebody named another directory before."""
    known, typed = restore["directory"], wish.typed.directory
    if known and typed and known != typed and restore["state"] != "failed":
        again = (
            f"snapkeep restore --cancel {restore['id']} --cluster {wish.cluster} -n {restore['namespace']}"
        )
        raise fail(
            "conflict",
            f"restore {restore['id']} already has directory {known}, not {typed}",
            f"leave out --directory, or cancel it and restore again: {again}",
        )


def _looked(kubectl: Kubectl, wish: EfsWish, restore: Document) -> str:
    """The name of the directory that a pod saw; ends the command unless it is certain."""
    typed = wish.typed
    namespace = typed.look_in or restore["namespace"]
    path = restore["claim"]["path"]
    say(f"a pod in {namespace} looks for {path} in the restored directories of {restore['file_system']}")
    wanted = Look(restore["id"], restore["file_system"], path, namespace, typed.image)
    try:
        found = look(kubectl, wanted)
    except CannotLook as trouble:
        raise fail("cannot_look", str(trouble), OTHERWISE) from trouble
    except KubectlFailed as trouble:
        raise fail("kubectl_failed", str(trouble), OTHERWISE) from trouble
    began, ended = (datetime.fromisoformat(restore[name]) for name in ("began_at", "ended_at"))
    _show_directories(made_by(found, began, ended) or found)
    if typed.directory:
        if any(each.name == typed.directory and each.has_path for each in found):
            return typed.directory
        raise fail("not_found", f"{path} is not in {typed.directory}", "give one of those above, or none")
    try:
        return choose(found, began, ended)
    except ValueError as doubt:
        fix = f"find out which one it is, then run: {wish.command(restore, '--directory', 'NAME')}"
        raise fail("conflict", str(doubt), fix) from doubt


def _again(wish: EfsWish) -> tuple[str, ...]:
    """The options that continue a restore beyond the look."""
    typed = wish.typed
    if typed.directory and not typed.look:
        return "--directory", typed.directory
    own = {"--directory": typed.directory, "--look-in": typed.look_in}
    own |= {"--image": typed.image} if typed.image != IMAGE else {}
    return "--look", *(word for name, value in own.items() if value for word in (name, value))


def _show_directories(found: Sequence[Directory]) -> None:
    rows = [
        {
            "name": each.name,
            "made": f"{each.made_at:%Y-%m-%d %H:%M:%S} UTC",
            "has_path": "yes" if each.has_path else "no",
        }
        for each in found
    ]
    err().print(table_of(rows, DIRECTORIES), crop=False)


def _show(restore: Document, wish: EfsWish) -> None:
    show_from_efs(restore, wish.typed.output)
    if restore["state"] == "restored":
        say(
            "no AWS API returns the directory's name: give --look to start a read-only pod that finds it, or "
            f"mount {restore['file_system']} yourself and give --directory NAME"
        )
    if restore["state"] != "done":
        tip("go on", wish.command(restore, *_again(wish)))


def _planned(plan: Document) -> Facts:
    claim = plan["claim"]
    return facts(
        {
            "claim": f"{plan['namespace']}/{plan['target']}",
            "state": "would be restored",
            "from": plan["recovery_point"],
            "taken": plan["taken_at"],
            "folder": f"{claim['path']} of {plan['file_system']}",
            "read and written as": claim["user"],
        }
    )


def _shown(restore: Document) -> Facts:
    claim = restore["claim"]
    return facts(
        {
            "restore": restore["id"],
            "claim": f"{restore['namespace']}/{restore['target']}",
            "state": restore["state"],
            "": restore["text"],
            "from": restore["recovery_point"],
            "taken": restore["taken_at"],
            "folder": f"{claim['path']} of {restore['file_system']}",
            "read and written as": claim["user"],
            "directory": restore["directory"],
            "volume": restore["volume_handle"],
            "asked by": restore["caller"],
        }
    )
