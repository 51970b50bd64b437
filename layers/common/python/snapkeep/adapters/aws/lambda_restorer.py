"""Invokes restore_file_systems, which brings restores of claims on EFS on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.adapters.aws.lambda_calls import invoke
from snapkeep.adapters.aws.session import our_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaRestorer:
    """Implements the RestoreFollower port. The function looks at every open restore, so no message says
    which."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda = client
        self._function = function

    def follow_restores(self) -> None:
        """Have every open restore brought on."""
        with our_errors("bring restores from EFS on"):
            invoke(self._lambda, self._function, "Event", {})
