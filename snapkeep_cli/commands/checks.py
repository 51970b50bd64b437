"""`snapkeep checks accept`: says that a suspicious recovery point is as it should be."""

from __future__ import annotations

from typing import Annotated

import typer

from snapkeep_cli.api.calls import ClusterOption, client, ending_well, place, the_cluster
from snapkeep_cli.output import say

app = typer.Typer(no_args_is_help=True)


@app.callback()  # without it, typer takes the only command for the group
def checks() -> None:
    """Decide about recovery points that a check found suspicious."""


@app.command("accept")
@ending_well
def accept(
    point: Annotated[str, typer.Argument(help="The suspicious recovery point.")],
    because: Annotated[str, typer.Option("--because", help="Why it is as it should be; people read it.")],
    cluster: ClusterOption = "",
) -> None:
    """Accept a suspicious point: later ones are compared with it, and the good one before it may go."""
    api = client()
    cluster = the_cluster(api, cluster)
    done = api.put({"because": because}, *place(cluster, "", "recovery-points", point, "acceptance"))
    who = done["accepted_by"]
    say(f"{point} is accepted by {who}; what only its suspicion kept is subject to retention again")
