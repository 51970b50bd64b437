"""`snapkeep ls`, `get file`, `versions`, `find`: files in recovery points, without restoring a volume."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from snapkeep.domain.sizes import about
from snapkeep_cli.api.calls import ClusterOption, Document, NamespaceOption, client, ending_well, the_cluster
from snapkeep_cli.api.subjects import the_claim
from snapkeep_cli.files.asking import ask
from snapkeep_cli.files.fetching import Target, fetch_into
from snapkeep_cli.files.looks import escaped, mode_of, named
from snapkeep_cli.files.places import point_of, read_place
from snapkeep_cli.output import Output, OutputOption, emit, say, table_of
from snapkeep_cli.tables import Columns, long_id, sentence, wide

ENTRIES: Columns = {
    "MODE": "mode",
    "OWNER": "owner",
    "SIZE": "size",
    "MODIFIED": "modified",
    "NAME": "name",
    "BYTES": wide("bytes"),
}
VERSIONS: Columns = {
    "TAKEN": "taken",
    "STATE": "state",
    "SIZE": "size",
    "MODIFIED": "modified",
    "POINT": long_id("recovery_point"),
    "WHY": sentence("reason"),
    "BYTES": wide("bytes"),
}
FOUND: Columns = {
    "SIZE": "size",
    "MODIFIED": "modified",
    "POINTS": "points",
    "FIRST": "first",
    "LAST": "last",
    "PATH": "path",
    "POINT": long_id("recovery_point"),
    "BYTES": wide("bytes"),
}

PlaceArgument = Annotated[
    str,
    typer.Argument(
        metavar="POINT:/PATH",
        help="A path in a recovery point; with a claim (NAMESPACE/NAME:/PATH), in its newest ready point.",
    ),
]
TimeoutOption = Annotated[int, typer.Option(min=1, help="How many seconds to wait at most.")]


@ending_well
def ls(
    where: PlaceArgument,
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    timeout: TimeoutOption = 900,
    output: OutputOption = Output.TABLE,
) -> None:
    """List a folder of a recovery point as `ls -l` does; times are UTC. No volume is created."""
    wanted = read_place(where)
    api = client()
    cluster = the_cluster(api, cluster)
    point = point_of(api, cluster, namespace, wanted.whose)
    found = ask(api, cluster, point.namespace, point.about("listings"), {"path": wanted.path}, timeout)
    emit(found, output, table_of([_entry(each) for each in found["entries"]], ENTRIES))
    _tell(found, f"{escaped(found['path'])} is empty" if not found["entries"] else "")


@ending_well
def get_file(
    where: PlaceArgument,
    file: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            help="The file or directory to write it to; - is standard output. Default: its own name, here.",
        ),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    timeout: TimeoutOption = 900,
) -> None:
    """Fetch a file, or a folder as a tar archive, from a recovery point; its SHA-256 is checked."""
    wanted = read_place(where)
    target = Target.of(file, wanted, force)
    api = client()
    cluster = the_cluster(api, cluster)
    point = point_of(api, cluster, namespace, wanted.whose)
    found = ask(api, cluster, point.namespace, point.about("downloads"), {"path": wanted.path}, timeout)
    fetch_into(target, found)
    _tell(found)


@ending_well
def versions(
    where: Annotated[
        str, typer.Argument(metavar="CLAIM:/PATH", help="A path in a claim, as NAMESPACE/NAME:/PATH.")
    ],
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    timeout: TimeoutOption = 900,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a file's size and time in every recovery point of a claim, newest first, and where it changed."""
    wanted = read_place(where)
    namespace, claim = the_claim(wanted.whose, namespace, "the claim")
    api = client()
    cluster = the_cluster(api, cluster)
    found = ask(api, cluster, namespace, ("claims", claim, "versions"), {"path": wanted.path}, timeout)
    emit(found, output, table_of([_sized(each) for each in found["versions"]], VERSIONS))
    _tell(found, f"{namespace}/{claim} has no recovery points" if not found["versions"] else "")


@ending_well
def find(
    where: Annotated[
        str,
        typer.Argument(metavar="CLAIM", help="The claim, as NAMESPACE/NAME; CLAIM:/PATH looks only there."),
    ],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name to look for; * and ? match as in a shell.")
    ],
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    timeout: TimeoutOption = 900,
    output: OutputOption = Output.TABLE,
) -> None:
    """Find files by name in the recovery points of a claim: where they are, and in which points."""
    wanted = read_place(where)
    namespace, claim = the_claim(wanted.whose, namespace, "the claim")
    api = client()
    cluster = the_cluster(api, cluster)
    body = {"name": name, "path": wanted.path}
    found = ask(api, cluster, namespace, ("claims", claim, "searches"), body, timeout)
    emit(found, output, table_of([_path(each) for each in found["found"]], FOUND))
    nothing = f"no file named {escaped(name)} in the recovery points of {namespace}/{claim}"
    _tell(found, nothing if not found["found"] else "")


def _entry(entry: Document) -> dict[str, Any]:
    """A row of a listing."""
    owner = f"{entry['owner']}:{entry['group']}"
    return {**_sized(entry), "mode": mode_of(entry), "owner": owner, "name": named(entry)}


def _path(found: Document) -> dict[str, Any]:
    """A row of what was found."""
    return {**_sized(found), "path": named({**found, "name": found["path"]})}


def _sized(item: Document) -> dict[str, Any]:
    """A row whose size is for people; the bytes are in a wide column."""
    size = item["size"]
    return {**item, "size": "" if size is None else about(size), "bytes": size}


def _tell(found: Document, nothing: str = "") -> None:
    """Say what the table leaves out."""
    for text in filter(None, (nothing, found["log"], found["left_out"])):
        say(text)
