"""`snapkeep report`: fetches the page that Snapkeep writes every hour into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from snapkeep_cli.api.calls import ClusterOption, client, ending_well, the_cluster
from snapkeep_cli.api.transport import fetch
from snapkeep_cli.output import say

STDOUT = "-"


@ending_well
def report(
    file: Annotated[
        str,
        typer.Option(
            "-o", "--output", help="Where to write it; - is standard output. Default: the current directory."
        ),
    ] = "",
    cluster: ClusterOption = "",
) -> None:
    """Fetch a cluster's report page: one HTML file that needs no server and loads nothing."""
    api = client()
    cluster = the_cluster(api, cluster)
    found = api.get("clusters", cluster, "report")
    page = fetch(found["url"])
    if file == STDOUT:
        typer.echo(page.decode(), nl=False)
        return
    path = Path(file or f"snapkeep-{cluster}.html")
    path.write_bytes(page)
    say(f"{path}: the report of {cluster} as of {found['written_at']}")
