"""Plans what is made of a saved namespace, and prints the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import yaml

from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.restoring import CLAIM, NamespacePlan, plan_namespace, without
from snapkeep_cli.api.calls import place
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.objects.archives import Archived, archive_of, links, manifest_of, run_of
from snapkeep_cli.objects.secrets import secrets_of
from snapkeep_cli.output import fail, table_of
from snapkeep_cli.tables import Columns, Rows, sentence

Document = Mapping[str, Any]

RUN = re.compile(r"(.+)\.[^.]+\.[0-9]{8}T[0-9]{6}Z")
"""The id of a run (`snapkeep.domain.backup.runs.run_id`)."""

COLUMNS: Columns = {
    "KIND": "kind",
    "OBJECTS": "count",
    "WHAT": sentence("what"),
    "NAMES": sentence("names"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """From a namespace of a run into one of a cluster, which may be another one."""

    cluster: str
    saved: Archived
    into: str

    @property
    def origin(self) -> str:
        """The cluster that the run saved."""
        return cluster_of(self.saved.run) or self.cluster


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with the Secrets that saved objects name and the plan does not make, and the kinds that could
    not be saved. `encrypted` are the Secrets that could be brought besides."""

    move: Move
    plan: NamespacePlan
    secrets: Sequence[str]
    unsaved: Sequence[str]
    encrypted: Sequence[str] = ()


def cluster_of(run: str) -> str:
    """The cluster in a run's id, CLUSTER.POLICY.SLOT; "" for anything else."""
    found = RUN.fullmatch(run)
    return found[1] if found else ""


def counted(number: int, thing: str) -> str:
    """`1 claim`, `2 claims`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def restore_other(move: Move, claim: str) -> str:
    """The command that restores another point of a claim, or one of its file system."""
    source = f" --from-cluster {move.origin}" if move.origin != move.cluster else ""
    claim = f"{move.saved.namespace}/{claim}"
    return f"snapkeep restore --claim {claim} -n {move.into} --cluster {move.cluster}{source}"


def planned(
    api: ApiClient, move: Move, unwanted: Sequence[str] = (), *, with_secrets: bool = False
) -> Planned:
    """The plan for the archive of a namespace; ends the command if it lacks what is unwanted. Its Secrets are
    in the plan, first and with their values, only `with_secrets`, which needs the right to decrypt them."""
    found = links(api, move.origin, move.saved)
    manifest = manifest_of(found)
    secrets = secrets_of(found, move.origin, move.saved) if with_secrets else []
    documents = yaml.load_all(archive_of(found), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    plan = plan_namespace(chain(secrets, documents), _points(api, move), move.saved.namespace, move.into)
    try:
        plan = without(plan, unwanted)
    except ValueError as unknown:
        raise fail(
            "usage", f"--without: the plan has no {unknown}", "name a kind, or an object as KIND/NAME"
        ) from unknown
    made = {name_of(each) for each in plan.objects if each.get("kind") == "Secret"}
    made.update(manifest.get("secrets_brought") or ())
    missing = tuple(name for name in manifest["secrets"] if name not in made)
    encrypted = tuple(name for name in manifest.get("secrets_saved") or () if name not in made)
    return Planned(move, plan, missing, manifest["kinds_refused"], encrypted)


def _points(api: ApiClient, move: Move) -> dict[str, str]:
    """The ready recovery points that the run took in the namespace, by claim."""
    where = place(move.origin, move.saved.namespace, "recovery-points")
    points = api.pages("recovery_points", *where, state="ready", limit=100)
    return {str(each["claim"]): str(each["id"]) for each in points if run_of(each) == move.saved.run}


def document_of(found: Planned) -> dict[str, Any]:
    """The plan for programs."""
    plan = found.plan
    return {
        "namespace": found.move.into,
        "cluster": found.move.cluster,
        "run": found.move.saved.run,
        "claims": dict(plan.claims),
        "rows": list(_rows(plan)),
        "empty_claims": list(plan.empty),
        "secrets": list(found.secrets),
        "mentions": list(plan.mentions),
    }


def table(found: Planned) -> Rows:
    """The plan for people: what is made in order, then what is left out."""
    return table_of(list(_rows(found.plan)), COLUMNS)


def _rows(plan: NamespacePlan) -> Iterator[dict[str, Any]]:
    if plan.claims:
        yield _row(CLAIM, "restored from their recovery points", list(plan.claims))
    made: dict[str, list[str]] = {}
    for item in plan.objects:
        made.setdefault(str(item["kind"]), []).append(name_of(item))
    yield from (_row(kind, "applied", names) for kind, names in made.items())
    left: dict[tuple[str, str], list[str]] = {}
    for each in plan.left_out:
        if each.kind != CLAIM or each.name not in plan.claims:
            left.setdefault((each.kind, each.why), []).append(each.name)
    yield from (_row(kind, f"left out: {why}", names) for (kind, why), names in left.items())


def _row(kind: str, what: str, names: list[str]) -> dict[str, Any]:
    return {"kind": kind, "count": len(names), "what": what, "names": ", ".join(names)}
