"""`snapkeep objects`: the Kubernetes objects that a run saved."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from snapkeep.domain.sizes import about
from snapkeep_cli.api.calls import (
    ClusterOption,
    Document,
    NamespaceOption,
    client,
    ending_well,
    place,
    the_cluster,
)
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.links import streamed
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, sentence, wide

NAMESPACES: Columns = {
    "NAMESPACE": "namespace",
    "SCOPE": "scope",
    "OBJECTS": "objects",
    "LEFT OUT": "left_out",
    "SECRETS NAMED": "secrets",
    "SAVED": "saved_at",
    "SIZE": "size",
    "REFUSED": sentence("not_listed"),
    "BYTES": wide("stored_bytes"),
}
CONTENTS: Columns = {
    "KIND": "kind",
    "SAVED": "saved",
    "LEFT OUT": "left_out",
    "WHY": sentence("why"),
    "NAMES": sentence("names"),
}


@ending_well
def objects(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, such as CLUSTER.POLICY.SLOT.")],
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the Kubernetes objects that a run saved, and what it left out and why; with -o yaml the objects.

    Without a namespace, it shows the counts of each.
    """
    api = client()
    cluster = the_cluster(api, cluster)
    if output is Output.YAML:
        for name in [namespace] if namespace else _namespaces(api, cluster, run):
            typer.echo(_archive(_links(api, cluster, name, run)), nl=False)
    elif namespace:
        found = json.loads(_read(_links(api, cluster, namespace, run)["manifest_url"]))
        emit(found, output, table_of(list(_contents(found)), CONTENTS))
        _tell(found)
    else:
        found = api.get(*place(cluster, "", "backups", run, "objects"))
        emit(found, output, table_of([_row(each) for each in found["namespaces"]], NAMESPACES))
        first = found["namespaces"][0]["namespace"]
        tip("the names", f"snapkeep objects {run} -n {first} --cluster {cluster}")


def _namespaces(api: ApiClient, cluster: str, run: str) -> Iterator[str]:
    found = api.get(*place(cluster, "", "backups", run, "objects"))
    yield from (str(each["namespace"]) for each in found["namespaces"])


def _links(api: ApiClient, cluster: str, namespace: str, run: str) -> Document:
    return api.post({}, *place(cluster, namespace, "backups", run, "downloads"))[1]


def _read(url: str) -> bytes:
    return b"".join(streamed(url))


def _archive(links: Document) -> str:
    """The documents of an archive; ends the command if its SHA-256 is wrong."""
    packed = _read(links["archive_url"])
    found, wanted = hashlib.sha256(packed).hexdigest(), links["archive_sha256"]
    if found != wanted:
        whose = links["saved"]["namespace"]
        text = (
            f"the objects of {whose} have the SHA-256 {found}, not {wanted}: they were changed or cut short"
        )
        raise fail(
            "spoilt_download", text, "fetch them again; if that does not help, take those of another run"
        )
    return gzip.decompress(packed).decode()


def _row(saved: Document) -> Mapping[str, Any]:
    refused = ", ".join(saved["refused"])
    return {**saved, "size": about(saved["stored_bytes"]), "not_listed": refused}


def _contents(manifest: Document) -> Iterator[Mapping[str, Any]]:
    """A row for each kind that was saved, then for each reason for which objects or kinds were left out."""
    for kind, names in manifest["saved"].items():
        yield {"kind": kind, "saved": len(names), "left_out": "", "why": "", "names": ", ".join(names)}
    for each in manifest["left_out"]:
        more = ", …" if each["count"] > len(each["names"]) else ""
        names = ", ".join(each["names"]) + more
        yield {**each, "saved": "", "left_out": each["count"], "why": each["reason"], "names": names}
    for kind, why in manifest["kinds_left_out"].items():
        yield {"kind": kind, "saved": "", "left_out": "all", "why": why, "names": ""}


def _tell(manifest: Document) -> None:
    """What people must bring themselves, and when the objects were listed."""
    secrets = [f"{name} ({', '.join(keys)})" if keys else name for name, keys in manifest["secrets"].items()]
    if secrets:
        say(f"not saved, but named by saved objects: the Secrets {', '.join(secrets)}")
    say(f"listed from {manifest['began']} to {manifest['ended']}")
