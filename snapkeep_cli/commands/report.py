"""`snapkeep report`: saves the page that Snapkeep writes every hour to a file."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from snapkeep_cli.api.calls import ClusterOption, client, cluster_or_sources, ending_well
from snapkeep_cli.api.links import fetch
from snapkeep_cli.output import fail, say

STDOUT = "-"


@ending_well
def report(
    file: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            help="The file or directory to write it to; - is standard output. Default: a "
            "temporary directory.",
        ),
    ] = "",
    cluster: ClusterOption = "",
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Fetch the report page of a cluster or a vault: one HTML file that needs no server and loads
    nothing."""
    if show and file == STDOUT:
        raise fail("usage", "--open needs a file, and -o - writes none", "leave out one of them")
    api = client()
    cluster, sources = cluster_or_sources(api, cluster)
    found = api.get("report") if sources else api.get("clusters", cluster, "report")
    whose = cluster or "vault"
    page = fetch(found["url"])
    if file == STDOUT:
        typer.echo(page.decode(), nl=False)
        return
    path = _written(file, f"snapkeep-{whose}.html", page)
    say(f"{path}: the report of {whose} as of {found['written_at']}")
    if show and not webbrowser.open(path.as_uri()):
        say(f"there is no browser here: open {path.as_uri()} in yours")


def _written(file: str, name: str, page: bytes) -> Path:
    """Write the page and return its path; ends the command if it cannot be written."""
    try:
        path = Path(file or tempfile.mkdtemp(prefix="snapkeep-")).absolute()
        if path.is_dir():
            path /= name
        path.write_bytes(page)
    except OSError as error:
        where = file or tempfile.gettempdir()
        raise fail("cannot_write", f"{where} cannot be written: {error.strerror}", "give -o FILE") from error
    return path
