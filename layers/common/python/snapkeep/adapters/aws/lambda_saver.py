"""Invokes save_objects, which saves Kubernetes objects beside new runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.adapters.aws.lambda_calls import invoke
from snapkeep.adapters.aws.session import our_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaObjectsSaver:
    """Implements the ObjectsSaver port. Lambda queues the message, and repeats it if the function dies."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda = client
        self._function = function

    def save_objects(self, cluster: str) -> None:
        """Have a cluster looked at before the next tick."""
        with our_errors(f"save objects of {cluster}"):
            invoke(self._lambda, self._function, "Event", {"cluster": cluster})
