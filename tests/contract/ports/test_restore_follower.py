"""The RestoreFollower port: restore_file_systems is invoked, and nobody waits for it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from snapkeep.adapters.aws.lambda_restorer import LambdaRestorer
from snapkeep.domain.errors import Throttled


class Lambda:
    """Takes messages, unless it `throttles`."""

    def __init__(self, *, throttles: bool = False) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.throttles = throttles

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        if self.throttles:
            raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "Rate"}}, "Invoke")
        self.asked.append((FunctionName, InvocationType, Payload))
        return {"StatusCode": 202}


def test_it_is_invoked_and_not_awaited() -> None:
    function: Any = Lambda()

    LambdaRestorer(function, "snapkeep-restore-file-systems").follow_restores()

    assert function.asked == [("snapkeep-restore-file-systems", "Event", b"{}")]


def test_a_throttled_invocation_is_an_error_of_ours() -> None:
    function: Any = Lambda(throttles=True)

    with pytest.raises(Throttled, match="bring restores from EFS on"):
        LambdaRestorer(function, "f").follow_restores()
