"""Invokes the functions that prune: a rehearsal waits for its answer, a prune does not."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.lambda_calls import PATIENCE, ask, invoke
from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.messages import FILE_SYSTEMS, copies_scope
from snapkeep.domain.retention.prune_plans import PrunePlan, RefusedDeletions

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaPruner:
    """Invokes prune, prune_copies for copies in a place, and prune_file_systems for file systems. `client`
    must not wait longer than PATIENCE for an answer, nor retry."""

    def __init__(
        self, client: LambdaClient, function: str, of_copies: str = "", of_file_systems: str = ""
    ) -> None:
        self._lambda = client
        self._function = function
        self._of_copies = of_copies
        self._of_file_systems = of_file_systems

    def rehearse(self, cluster: str, place: str = "") -> PrunePlan:
        """What prune would do now. Raises TookTooLong when it needs more time than the caller has."""
        scope, function = _scope(cluster, place), self._asked(cluster, place)
        message = {"cluster": cluster, **_there(place), "dry_run": True}
        too_long = (
            f"the plan for {scope} takes longer than {PATIENCE.total_seconds():.0f} s: invoke function "
            f"{function} with {json.dumps(message)} and read its answer"
        )
        document = ask(self._lambda, function, message, f"prune of {scope}", too_long)
        return _plan(scope, document)

    def prune(self, cluster: str, token: str, place: str = "") -> None:
        """Start a prune; a token also confirms the deletions refused under it. The outcome is published as an
        event."""
        message = {"cluster": cluster, **_there(place), "confirm": token}
        with our_errors(f"prune {_scope(cluster, place)}"):
            invoke(self._lambda, self._asked(cluster, place), "Event", message)

    def _asked(self, cluster: str, place: str) -> str:
        if cluster == FILE_SYSTEMS:
            return self._of_file_systems
        return self._of_copies if place else self._function


def _scope(cluster: str, place: str) -> str:
    return copies_scope(cluster, place) if place else cluster


def _there(place: str) -> dict[str, str]:
    return {"place": place} if place else {}


def _plan(scope: str, document: Any) -> PrunePlan:
    try:
        report = next(item for item in document["clusters"] if item["cluster"] == scope)
        verdict = report["verdict"] or {}
        return PrunePlan(
            cluster=scope,
            reason=str(verdict.get("reason", "")),
            deleting=int(report["counts"].get("delete", 0)),
            keeping=int(report["counts"].get("keep", 0)),
            deletions=tuple((str(name), str(reason)) for name, reason in report["delete"]),
            refusals=tuple(map(_refused_deletions, report["refusals"])),
            refused=report["refused"],
            notes=tuple(map(str, report["notes"])),
        )
    except (KeyError, TypeError, StopIteration, ValueError) as error:
        raise PermanentError(f"prune of {scope} returned no plan: is another version deployed?") from error


def _refused_deletions(item: Any) -> RefusedDeletions:
    return RefusedDeletions(
        token=str(item["token"]),
        since=datetime.fromisoformat(item["since"]),
        reason=str(item["reason"]),
        count=int(item["count"]),
        names=tuple(map(str, item["names"])),
    )
