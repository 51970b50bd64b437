"""Shows what becomes of a saved namespace in another one, and the commands that make it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import typer
import yaml

from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.restoring import NamespacePlan, plan_namespace
from snapkeep.domain.objects.yaml_text import document
from snapkeep_cli.api.calls import place
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.objects.archives import Archived, archive_of, links, manifest_of, run_of
from snapkeep_cli.output import Output, emit, say, table_of, tip
from snapkeep_cli.tables import Columns, sentence

ROWS: Columns = {
    "KIND": "kind",
    "OBJECTS": "count",
    "WHAT": sentence("what"),
    "NAMES": sentence("names"),
}
APPLY = "kubectl apply --server-side --field-manager=snapkeep"


@dataclass(frozen=True, slots=True)
class Move:
    """From a namespace of a run into another one of the cluster."""

    cluster: str
    saved: Archived
    into: str


def show_move(api: ApiClient, move: Move, output: Output) -> None:
    """Print the plan and its commands; as YAML only the objects to apply, for kubectl."""
    found = links(api, move.cluster, move.saved)
    manifest, archive = manifest_of(found), archive_of(found)
    documents = yaml.load_all(archive, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    plan = plan_namespace(documents, _points(api, move), move.saved.namespace, move.into)
    if output is Output.YAML:
        for each in plan.objects:
            typer.echo(document(each), nl=False)
        return
    rows = list(_rows(plan))
    shown = {"namespace": move.into, "claims": dict(plan.claims), "rows": rows}
    missing = {
        "empty_claims": list(plan.empty),
        "secrets": manifest["secrets"],
        "mentions": list(plan.mentions),
    }
    emit(shown | missing, output, table_of(rows, ROWS))
    _tell(plan, manifest, move)
    if output is not Output.JSON:
        _commands(plan, move)


def _points(api: ApiClient, move: Move) -> dict[str, str]:
    """The ready recovery points that the run took in the namespace, by claim."""
    where = place(move.cluster, move.saved.namespace, "recovery-points")
    points = api.pages("recovery_points", *where, state="ready", limit=100)
    return {str(each["claim"]): str(each["id"]) for each in points if run_of(each) == move.saved.run}


def _rows(plan: NamespacePlan) -> Iterator[dict[str, Any]]:
    """What is made in order, then what is left out."""
    if plan.claims:
        yield _row("PersistentVolumeClaim", "restored from their recovery points", list(plan.claims))
    made: dict[str, list[str]] = {}
    for item in plan.objects:
        made.setdefault(str(item["kind"]), []).append(name_of(item))
    yield from (_row(kind, "applied", names) for kind, names in made.items())
    left: dict[tuple[str, str], list[str]] = {}
    for each in plan.left_out:
        if each.name not in plan.claims or each.kind != "PersistentVolumeClaim":
            left.setdefault((each.kind, each.why), []).append(each.name)
    yield from (_row(kind, f"left out: {why}", names) for (kind, why), names in left.items())


def _row(kind: str, what: str, names: list[str]) -> dict[str, Any]:
    return {"kind": kind, "count": len(names), "what": what, "names": ", ".join(names)}


def _tell(plan: NamespacePlan, manifest: Mapping[str, Any], move: Move) -> None:
    """What people must bring or change themselves."""
    if manifest["secrets"]:
        say(f"create these Secrets first, they are not saved: {', '.join(manifest['secrets'])}")
    if plan.empty:
        say(f"no ready point of the run is of these claims, which stay empty: {', '.join(plan.empty)}")
    if plan.mentions:
        say(f"these still name Services in {move.saved.namespace}: {', '.join(plan.mentions)}")
    for kind in manifest["kinds_refused"]:
        say(f"{kind} were not saved, because the cluster did not let Snapkeep list them")


def _commands(plan: NamespacePlan, move: Move) -> None:
    """In the order that matters: a StatefulSet makes empty claims where it finds none."""
    run, namespace = move.saved.run, move.saved.namespace
    origin = f" --from-namespace {namespace}" if namespace != move.into else ""
    tip("1. the namespace", f"kubectl create namespace {move.into}")
    for claim, point in plan.claims.items():
        words = f"snapkeep restore {point} -n {move.into} --as {claim}{origin} --cluster {move.cluster}"
        tip("2. a claim, which binds when its pod comes", words)
    objects = f"snapkeep objects {run} -n {namespace} --into {move.into} -o yaml --cluster {move.cluster}"
    tip("3. try the objects", f"{objects} | {APPLY} --dry-run=server -f -")
    tip("4. apply them", f"{objects} | {APPLY} -f -")
