"""A batch of messages: one that fails comes again, the others are done."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from snapkeep.wiring.batches import each_message
from tests.unit.lambdas.conftest import in_queue


def refuse_bad(message: dict[str, Any]) -> None:
    """Raise for the body `bad`."""
    if message["body"] == "bad":
        raise ValueError("the journal did not answer")


def test_only_what_failed_goes_back() -> None:
    answer = each_message(in_queue("good", "bad", "good"), refuse_bad)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-2"}]}


def test_messages_after_a_failure_are_worked_on() -> None:
    worked: list[str] = []

    def work(message: dict[str, Any]) -> None:
        worked.append(message["messageId"])
        refuse_bad(message)

    each_message(in_queue("bad", "good"), work)
    assert worked == ["message-1", "message-2"]


def test_a_whole_batch_may_go_back() -> None:
    answer = each_message(in_queue("bad", "bad"), refuse_bad)
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == ["message-1", "message-2"]


def test_the_log_says_which_message_failed_and_why(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        each_message(in_queue("bad"), refuse_bad)
    assert "message-1" in caplog.text
    assert "the journal did not answer" in caplog.text


def test_an_event_that_is_no_batch_is_an_error() -> None:
    with pytest.raises(KeyError):
        each_message({"body": "bad"}, refuse_bad)
