"""`snapkeep prune`: what would be deleted, and exactly that once it is confirmed."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import ClusterOption, client, ending_well, the_cluster
from cli.exit_codes import Exit
from cli.output import Output, OutputOption, emit, fail, say, table_of

COLUMNS = {"EBS SNAPSHOT": "snapshot_id", "WHY IT GOES": "reason"}


@ending_well
def prune(
    cluster: ClusterOption = "",
    confirm: Annotated[str, typer.Option(help="The token of the plan to carry out.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what retention lets go; with the plan's token, let it go."""
    api = client()
    cluster = the_cluster(api, cluster)
    status, plan = api.post({"confirm": confirm} if confirm else {}, "clusters", cluster, "prune")
    emit(plan, output, table_of(plan["deletions"], COLUMNS))
    for note in plan["notes"]:
        say(note)
    if plan["refused"]:
        raise fail(plan["refused"], code=Exit.REFUSED)
    counts = f"{plan['deleting']} recovery points of cluster {cluster}, {plan['keeping']} stay"
    if status == 202:
        say(f"prune deletes {counts}; it is under way")
        return
    say(f"prune would delete {counts}")
    if plan["braked"]:
        say(f"the brake would stop it: {plan['verdict']}")
    if plan["deleting"]:
        say(f"to do it: snapkeep prune --cluster {cluster} --confirm {plan['token']}")
