"""Invokes the prune function: a rehearsal waits for its answer, a prune does not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ReadTimeoutError

from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.errors import PermanentError, TemporaryError, TookTooLong
from snapkeep.domain.retention.prune_plans import PrunePlan, RefusedDeletions

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PATIENCE = timedelta(seconds=22)
"""API Gateway waits 29 s, so the caller must have an answer before that."""


class LambdaPruner:
    """Invokes prune. `client` must not wait longer than PATIENCE for an answer, nor retry."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda = client
        self._function = function

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do now. Raises TookTooLong when it needs more time than the caller has."""
        message = {"cluster": cluster, "dry_run": True}
        try:
            with our_errors(f"rehearse prune of {cluster}"):
                answer = self._invoke("RequestResponse", message)
                document = json.loads(answer["Payload"].read())
        except TemporaryError as error:
            if isinstance(error.__cause__, ReadTimeoutError):
                raise TookTooLong(self._too_long(cluster, message)) from error
            raise
        if "FunctionError" in answer:
            # Its error details (types, lines of code) belong in its log, not in answers to callers.
            raise TemporaryError(f"prune of {cluster} failed; its log says why")
        return _plan(cluster, document)

    def prune(self, cluster: str, token: str) -> None:
        """Start a prune; a token also confirms the deletions refused under it. The outcome is published as an
        event."""
        with our_errors(f"prune {cluster}"):
            self._invoke("Event", {"cluster": cluster, "confirm": token})

    def _invoke(self, kind: Any, message: dict[str, Any]) -> Any:
        return self._lambda.invoke(
            FunctionName=self._function, InvocationType=kind, Payload=json.dumps(message).encode()
        )

    def _too_long(self, cluster: str, message: dict[str, Any]) -> str:
        return (
            f"the plan for {cluster} takes longer than {PATIENCE.total_seconds():.0f} s: invoke function "
            f"{self._function} with {json.dumps(message)} and read its answer"
        )


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
