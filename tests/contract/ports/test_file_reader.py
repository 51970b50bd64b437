"""What readers of files promise: the one in memory, and the one that invokes read_files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from snapkeep.adapters.aws.lambda_reader import LambdaFileReader
from snapkeep.domain.errors import Invalid, Throttled
from snapkeep.inbound.read_files import ReadMessage, read_message
from snapkeep.ports.files import FileReader
from tests.fakes.file_samples import an_operation
from tests.fakes.stores.files import FakeFileReader

Asked = list[ReadMessage]


class Lambda:
    """A Lambda whose function reads its messages; it `throttles`."""

    def __init__(self) -> None:
        self.asked: Asked = []
        self.throttles = False

    def invoke(self, *, Payload: bytes, InvocationType: str, **_: Any) -> dict[str, Any]:
        if self.throttles:
            raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "Rate"}}, "Invoke")
        assert InvocationType == "Event"
        self.asked.append(read_message(json.loads(Payload)))
        return {"StatusCode": 202}


@pytest.fixture(params=["memory", "lambda"])
def world(request: pytest.FixtureRequest) -> tuple[FileReader, Callable[[], Asked]]:
    """The port, and what it was asked to read."""
    if request.param == "memory":
        fake = FakeFileReader()
        return fake, lambda: [ReadMessage(each.id, each.attempt) for each in fake.asked]
    function: Any = Lambda()
    return LambdaFileReader(function, "read_files"), lambda: function.asked


def test_an_operation_arrives_with_its_attempt(world: tuple[FileReader, Callable[[], Asked]]) -> None:
    reader, asked = world
    operation = an_operation()
    reader.read_files(operation)
    assert asked() == [ReadMessage(operation.id, "one")]


def test_a_throttled_invocation_is_an_error_of_ours() -> None:
    function: Any = Lambda()
    function.throttles = True
    with pytest.raises(Throttled, match="/ in sk-1"):
        LambdaFileReader(function, "read_files").read_files(an_operation())


@pytest.mark.parametrize("event", [{}, {"operation": "x"}, {"operation": 1, "attempt": "a"}])
def test_another_message_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read_message(event)
