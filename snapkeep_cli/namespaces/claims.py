"""Restores the claims of a namespace through the API, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.domain.objects.restoring import CLAIM
from snapkeep_cli.api.calls import place
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.namespaces.obstacles import ERROR, Finding, finding
from snapkeep_cli.namespaces.planning import Move
from snapkeep_cli.restore_request import ask_restore

OVER = frozenset({"failed", "removed"})
NO_NAMESPACE = "no_namespace"
UNASKED = "cluster_unreachable"
OTHER_CONTEXT = "give kubectl's context of that cluster with --context"
REFUSED = "restore_refused"
TAKEN = "claim_exists"


class Refused(Exception):
    """A restore is refused for these reasons."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings[0]["text"])
        self.findings = findings


def begun(api: ApiClient, move: Move, claims: Mapping[str, str]) -> dict[str, str]:
    """The restores by claim that an earlier command began from the same points, and whose claims are there
    or still come: a claim that was bound may have been lost again."""
    found: dict[str, str] = {}
    for each in api.pages("restores", *place(move.cluster, move.into, "restores"), limit=100):
        name = str(each["target"])
        if name in found or claims.get(name) != each["recovery_point"] or each["stage"] in OVER:
            continue
        if state(api, move, str(each["id"]))["state"] not in OVER:
            found[name] = str(each["id"])
    return found


def rehearsed(api: ApiClient, move: Move, claims: Mapping[str, str], *, absent: bool) -> list[Finding]:
    """What the API finds about restores of these claims, and whether it sees the namespace as kubectl does:
    if not, both look at different clusters."""
    found: list[Finding] = []
    seen: set[bool] = set()
    for name, point in claims.items():
        try:
            heard = _ask(api, move, name, point, dry_run=True)[1]["plan"]["findings"]
        except ApiProblem as problem:
            if problem.code != REFUSED:
                raise
            heard = problem.document["findings"]
        codes = {each["code"] for each in heard}
        seen |= set() if UNASKED in codes else {NO_NAMESPACE not in codes}
        found += _about(name, heard)
    return [another_cluster(move, absent=absent), *found] if absent in seen else found


def start(api: ApiClient, move: Move, claims: Mapping[str, str]) -> dict[str, str]:
    """The ids of restores that were begun, by claim. Raises Refused at the first that is refused."""
    found: dict[str, str] = {}
    for name, point in claims.items():
        try:
            found[name] = str(_ask(api, move, name, point)[1]["id"])
        except ApiProblem as problem:
            if problem.code != REFUSED:
                raise
            heard = problem.document["findings"]
            unseen = any(each["code"] == NO_NAMESPACE for each in heard)
            another = [another_cluster(move, absent=False)] if unseen else []
            raise Refused([*another, *_about(name, heard)]) from problem
    return found


def state(api: ApiClient, move: Move, restore_id: str) -> dict[str, Any]:
    """A restore as the API shows it."""
    return api.get(*place(move.cluster, move.into, "restores", restore_id))


def _about(name: str, heard: list[Finding]) -> list[Finding]:
    """The findings about a claim, without that its namespace is missing: the command makes it."""
    found = []
    for each in heard:
        if each["code"] == TAKEN:
            keep = f"delete it, choose another namespace, or keep it: --without {CLAIM}/{name}"
            found.append({**each, "text": f"claim {name}: {each['text']}", "fix": keep})
        elif each["code"] != NO_NAMESPACE:
            found.append({**each, "text": f"claim {name}: {each['text']}"})
    return found


def another_cluster(move: Move, *, absent: bool) -> Finding:
    """kubectl and Snapkeep see different namespaces; `absent` says that kubectl sees none."""
    sees, has = ("no", "one") if absent else ("the", "none")
    return finding(
        ERROR,
        "another_cluster",
        f"kubectl sees {sees} namespace {move.into}, but cluster {move.cluster} has {has}",
        OTHER_CONTEXT,
    )


def _ask(
    api: ApiClient, move: Move, claim: str, point: str, *, dry_run: bool = False
) -> tuple[int, dict[str, Any]]:
    saved = move.saved.namespace
    elsewhere = {
        "source_namespace": saved if saved != move.into else "",
        "source_cluster": move.origin if move.origin != move.cluster else "",
    }
    wish = {"recovery_point": point, "target": claim, "dry_run": dry_run}
    return ask_restore(api, move.cluster, move.into, wish, elsewhere)
