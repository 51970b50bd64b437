"""Invokes the prune function: a rehearsal waits for its answer, a prune does not."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.lambda_calls import PATIENCE, ask, invoke
from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.retention.prune_plans import PrunePlan, RefusedDeletions

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaPruner:
    """Invokes prune. `client` must not wait longer than PATIENCE for an answer, nor retry."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda = client
        self._function = function

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do now. Raises TookTooLong when it needs more time than the caller has."""
        message = {"cluster": cluster, "dry_run": True}
        too_long = (
            f"the plan for {cluster} takes longer than {PATIENCE.total_seconds():.0f} s: invoke function "
            f"{self._function} with {json.dumps(message)} and read its answer"
        )
        document = ask(self._lambda, self._function, message, f"prune of {cluster}", too_long)
        return _plan(cluster, document)

    def prune(self, cluster: str, token: str) -> None:
        """Start a prune; a token also confirms the deletions refused under it. The outcome is published as an
        event."""
        with our_errors(f"prune {cluster}"):
            invoke(self._lambda, self._function, "Event", {"cluster": cluster, "confirm": token})


def _plan(cluster: str, document: Any) -> PrunePlan:
    try:
        report = next(item for item in document["clusters"] if item["cluster"] == cluster)
        verdict = report["verdict"] or {}
        return PrunePlan(
            cluster=cluster,
            reason=str(verdict.get("reason", "")),
            deleting=int(report["counts"].get("delete", 0)),
            keeping=int(report["counts"].get("keep", 0)),
            deletions=tuple((str(name), str(reason)) for name, reason in report["delete"]),
            refusals=tuple(map(_refused_deletions, report["refusals"])),
            refused=report["refused"],
            notes=tuple(map(str, report["notes"])),
        )
    except (KeyError, TypeError, StopIteration, ValueError) as error:
        raise PermanentError(f"prune of {cluster} returned no plan: is another version deployed?") from error


def _refused_deletions(item: Any) -> RefusedDeletions:
    return RefusedDeletions(
        token=str(item["token"]),
        since=datetime.fromisoformat(item["since"]),
        reason=str(item["reason"]),
        count=int(item["count"]),
        names=tuple(map(str, item["names"])),
    )
