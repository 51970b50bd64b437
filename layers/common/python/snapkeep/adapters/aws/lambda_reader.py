"""Invokes read_files, which answers a question about files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.adapters.aws.lambda_calls import invoke
from snapkeep.adapters.aws.session import our_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from snapkeep.domain.files.operations import FileOperation


class LambdaFileReader:
    """Implements the FileReader port. Lambda queues the message, and repeats it if the function dies."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._lambda = client
        self._function = function

    def read_files(self, operation: FileOperation) -> None:
        """Have an operation's question answered."""
        message = {"operation": operation.id, "attempt": operation.attempt}
        with our_errors(f"read {operation.request.words!a}"):
            invoke(self._lambda, self._function, "Event", message)
