"""`snapkeep prune`: shows what would be deleted and what the brake refused; prunes at once if asked."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from snapkeep_cli.api.calls import ClusterOption, client, ending_well, the_cluster
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, sentence

TOKEN = re.compile("[0-9a-f]{16}")
COLUMNS: Columns = {"EBS SNAPSHOT": "snapshot_id", "WHY IT GOES": sentence("reason")}


@ending_well
def prune(
    cluster: ClusterOption = "",
    place: Annotated[str, typer.Option(help="The copies in this place instead of the points.")] = "",
    now: Annotated[
        bool, typer.Option("--now", help="Prune now instead of within the hour (copies: the day).")
    ] = False,
    confirm: Annotated[str | None, typer.Option(help="The token of refused deletions to carry out.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what retention would delete and what the brake refused; --now or --confirm delete it."""
    if confirm is not None and not TOKEN.fullmatch(confirm):
        shown = _command(cluster, place)
        raise fail("usage", f'"{confirm}" is no token of refused deletions', f"`{shown}` shows their tokens")
    api = client()
    cluster = the_cluster(api, cluster)
    wish: dict[str, object] = {"confirm": confirm} if confirm else {"dry_run": False} if now else {}
    wish |= {"place": place} if place else {}
    status, plan = api.post(wish, "clusters", cluster, "prune")
    emit(plan, output, table_of(plan["deletions"], COLUMNS))
    for note in plan["notes"]:
        say(note)
    if plan["refused"]:
        raise fail("prune_refused", plan["refused"])
    started = status == 202
    what = f"copies in {place}" if place else "recovery points"
    counts = f"{plan['deleting']} {what} of cluster {cluster}; {plan['keeping']} stay"
    say(
        f"prune {'deletes' if started else 'would delete'} {counts}{'; it is in progress' if started else ''}"
    )
    for refusal in plan["refusals"]:
        if refusal["token"] != confirm:
            _say_refusal(_command(cluster, place), refusal)


def _command(cluster: str, place: str) -> str:
    options = (("--cluster", cluster), ("--place", place))
    return " ".join(["snapkeep prune", *(f"{option} {value}" for option, value in options if value)])


def _say_refusal(command: str, refusal: dict[str, Any]) -> None:
    say(f"the brake refused {refusal['deleting']} deletions: {refusal['reason']}")
    tip("to do them", f"{command} --confirm {refusal['token']}")
