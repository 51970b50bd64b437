"""`snapkeep prune`: shows what would be deleted and what the brake refused; prunes at once if asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from snapkeep_cli.api.calls import ClusterOption, Document, client, cluster_or_sources, ending_well
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, sentence

TOKEN = re.compile("[0-9a-f]{16}")
COLUMNS: Columns = {"EBS SNAPSHOT": "snapshot_id", "WHY IT GOES": sentence("reason")}
OF_FILE_SYSTEMS: Columns = {"AWS BACKUP RECOVERY POINT": "snapshot_id", "WHY IT GOES": sentence("reason")}


@ending_well
def prune(
    cluster: ClusterOption = "",
    place: Annotated[
        str, typer.Option(help="The copies in this place instead of the points; in a vault, of this source.")
    ] = "",
    file_systems: Annotated[
        bool, typer.Option("--file-systems", help="The recovery points of EFS file systems instead.")
    ] = False,
    now: Annotated[
        bool,
        typer.Option("--now", help="Prune now instead of within the hour (copies, file systems: the day)."),
    ] = False,
    confirm: Annotated[str | None, typer.Option(help="The token of refused deletions to carry out.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what retention would delete and what the brake refused; --now or --confirm delete it."""
    if file_systems and (cluster or place):
        raise fail("usage", "file systems belong to no cluster or place", "give --file-systems alone")
    if confirm is not None and not TOKEN.fullmatch(confirm):
        shown = _command(cluster, place, file_systems)
        raise fail("usage", f'"{confirm}" is no token of refused deletions', f"`{shown}` shows their tokens")
    api = client()
    if not file_systems:
        cluster, sources = cluster_or_sources(api, cluster)
        if sources:
            cluster, place = _of_source(sources, place)
    wish: dict[str, object] = {"confirm": confirm} if confirm else {"dry_run": False} if now else {}
    wish |= {"place": place} if place else {}
    scope = ("file-systems",) if file_systems else ("clusters", cluster)
    status, plan = api.post(wish, *scope, "prune")
    emit(plan, output, table_of(plan["deletions"], OF_FILE_SYSTEMS if file_systems else COLUMNS))
    for note in plan["notes"]:
        say(note)
    if plan["refused"]:
        raise fail("prune_refused", plan["refused"])
    started = status == 202
    what = f"copies in {place}" if place else "recovery points"
    whose = "file systems" if file_systems else f"cluster {cluster}"
    counts = f"{plan['deleting']} {what} of {whose}; {plan['keeping']} stay"
    say(
        f"prune {'deletes' if started else 'would delete'} {counts}{'; it is in progress' if started else ''}"
    )
    for refusal in plan["refusals"]:
        if refusal["token"] != confirm:
            _say_refusal(_command(cluster, place, file_systems), refusal)


def _of_source(sources: Sequence[Document], place: str) -> tuple[str, str]:
    """The only cluster of a vault's source, and its name; ends the command if there are several."""
    meant = [
        (name, each["name"]) for each in sources for name in each["clusters"] if place in ("", each["name"])
    ]
    if len(meant) == 1:
        return meant[0]
    known = ", ".join(f"--cluster {name} --place {source}" for name, source in meant)
    names = ", ".join(each["name"] for each in sources)
    if not meant:
        raise fail("usage", f"this vault has no source {place}", f"its sources are {names}")
    raise fail("usage", "a vault prunes one cluster of one source at a time", f"give {known}")


def _command(cluster: str, place: str, file_systems: bool) -> str:
    if file_systems:
        return "snapkeep prune --file-systems"
    options = (("--cluster", cluster), ("--place", place))
    return " ".join(["snapkeep prune", *(f"{option} {value}" for option, value in options if value)])


def _say_refusal(command: str, refusal: dict[str, Any]) -> None:
    say(f"the brake refused {refusal['deleting']} deletions: {refusal['reason']}")
    tip("to do them", f"{command} --confirm {refusal['token']}")
