"""Starts a run outside its schedule, by the same message that the schedule sends."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.lambda_calls import invoke
from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.times import to_second

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaStarter:
    """Invokes plan_backup asynchronously; `caller` names the caller in the message."""

    def __init__(self, client: LambdaClient, function: str, caller: str) -> None:
        self._lambda = client
        self._function = function
        self._caller = caller

    def start_run(self, cluster: str, policy: str, slot: datetime) -> None:
        """Request the run of a slot; Lambda queues the message and retries by itself."""
        message = {
            "cluster": cluster,
            "policy": policy,
            "scheduledTime": to_second(slot),
            "caller": self._caller,
        }
        with our_errors(f"start {policy} of {cluster}"):
            invoke(self._lambda, self._function, "Event", message)
