"""`snapkeep objects`: the Kubernetes objects that a run saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from snapkeep.domain.objects.restoring import moved
from snapkeep.domain.objects.yaml_text import document
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
from snapkeep_cli.cluster.kubectl import kubectl_for
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.namespaces.planning import Move, planned
from snapkeep_cli.objects.archives import Archived, archive_of, archived, links, manifest_of
from snapkeep_cli.objects.comparing import compare
from snapkeep_cli.objects.secrets import rows, secrets_of
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of, tip
from snapkeep_cli.tables import Columns, sentence, wide

NAMESPACES: Columns = {
    "NAMESPACE": "namespace",
    "SCOPE": "scope",
    "OBJECTS": "objects",
    "LEFT OUT": "left_out",
    "SECRETS SAVED": "secrets_saved",
    "SECRETS MISSING": "secrets",
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
SECRETS: Columns = {"NAME": "name", "TYPE": "type", "KEYS": sentence("keys")}

IntoOption = Annotated[
    str, typer.Option(help="With -o yaml: the objects as `restore-namespace` makes them in this namespace.")
]
SecretsOption = Annotated[
    bool,
    typer.Option(
        "--secrets", help="The Secrets instead, decrypted with your AWS rights; only -o yaml shows values."
    ),
]


@ending_well
def objects(
    given: Annotated[
        str,
        typer.Argument(
            metavar="POINT|RUN",
            help="The id of a run, CLUSTER.POLICY.SLOT; a recovery point means its run and namespace.",
        ),
    ],
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Show what differs in the cluster now, as kubectl lets you read it."),
    ] = False,
    context: Annotated[str, typer.Option(help="With --diff: the context of kubectl to read.")] = "",
    into: IntoOption = "",
    secrets: SecretsOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the Kubernetes objects that a run saved, and what it left out and why; with -o yaml the objects.

    Without a namespace, it shows the counts of each. With --diff, it ends with 0 if nothing differs, with 1
    if something does, and with a higher code if it could not compare everything. With --secrets, KMS must let
    you decrypt.
    """
    api = client()
    cluster = the_cluster(api, cluster)
    meant = archived(api, cluster, namespace, given)
    if secrets:
        _secrets(api, Move(cluster, meant, into or meant.namespace), diff, output)
    elif into:
        _moved(api, Move(cluster, meant, into), diff, output)
    elif diff:
        _compare(api, cluster, meant, context, output)
    elif output is Output.YAML:
        for each in _each_namespace(api, cluster, meant):
            typer.echo(archive_of(links(api, cluster, each)), nl=False)
    elif meant.namespace:
        found = manifest_of(links(api, cluster, meant))
        emit(found, output, table_of(list(_contents(found)), CONTENTS))
        _tell(found)
    else:
        _counts(api, cluster, meant.run, output)


def _compare(api: ApiClient, cluster: str, meant: Archived, context: str, output: Output) -> None:
    if output is not Output.TABLE:
        raise fail("usage", f"--diff prints a diff, not {output.value}", "leave out -o")
    kubectl = kubectl_for(cluster, context)
    found: Counter[str] = Counter()
    for each in _each_namespace(api, cluster, meant):
        where = links(api, cluster, each)
        found += compare(kubectl, manifest_of(where), archive_of(where))
    if found:
        raise typer.Exit(Exit.UNAVAILABLE if found["unread"] else Exit.FAILED)


def _moved(api: ApiClient, move: Move, diff: bool, output: Output) -> None:
    if diff or output is not Output.YAML or not move.saved.namespace:
        raise fail(
            "usage",
            "--into goes with -n NAMESPACE and -o yaml",
            "`snapkeep restore-namespace --dry-run` shows what is made in another namespace",
        )
    for each in planned(api, move).plan.objects:
        typer.echo(document(each), nl=False)


def _secrets(api: ApiClient, move: Move, diff: bool, output: Output) -> None:
    """Values only as YAML, because a person who asks for that wants them."""
    if diff or not move.saved.namespace:
        raise fail("usage", "--secrets goes with -n NAMESPACE, and not with --diff", "give -n NAMESPACE")
    found = secrets_of(links(api, move.origin, move.saved), move.origin, move.saved)
    if output is not Output.YAML:
        shown = list(rows(found))
        emit({"secrets": shown}, output, table_of(shown, SECRETS))
        return
    for each in found:
        typer.echo(document(moved(each, move.saved.namespace, move.into)), nl=False)


def _counts(api: ApiClient, cluster: str, run: str, output: Output) -> None:
    found = api.get(*place(cluster, "", "backups", run, "objects"))
    emit(found, output, table_of([_row(each) for each in found["namespaces"]], NAMESPACES))
    first = found["namespaces"][0]["namespace"]
    tip("the names", f"snapkeep objects {run} -n {first} --cluster {cluster}")


def _each_namespace(api: ApiClient, cluster: str, meant: Archived) -> Sequence[Archived]:
    if meant.namespace:
        return [meant]
    found = api.get(*place(cluster, "", "backups", meant.run, "objects"))["namespaces"]
    return [Archived(meant.run, str(each["namespace"])) for each in found]


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
    saved = manifest.get("secrets_saved") or []
    come = {*saved, *(manifest.get("secrets_brought") or ())}
    named = {name: keys for name, keys in manifest["secrets"].items() if name not in come}
    secrets = [f"{name} ({', '.join(keys)})" if keys else name for name, keys in named.items()]
    if saved:
        say(f"saved apart, encrypted: the Secrets {', '.join(saved)}")
    if secrets:
        say(f"not saved, but named by saved objects: the Secrets {', '.join(secrets)}")
    say(f"listed from {manifest['began']} to {manifest['ended']}")
