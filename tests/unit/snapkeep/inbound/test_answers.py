"""Answers are told from other messages, read, and sent back to their queue when they cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snapkeep.domain.copies.requests import Outcome
from snapkeep.inbound.answers import answers
from snapkeep.inbound.copies import TRIES

EVENTS = Path(__file__).parents[4] / "events" / "copy_points"
READY = json.loads((EVENTS / "answered_ready.json").read_text())


def message(body: Any, tries: int = 1) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": "m", "body": text, "attributes": {"ApproximateReceiveCount": str(tries)}}


@pytest.mark.parametrize("outcome", [*Outcome])
def test_an_answer_is_read_with_the_account_of_its_envelope(outcome: Outcome) -> None:
    event = json.loads((EVENTS / f"answered_{outcome}.json").read_text())
    event["detail"]["account"] = "999999999999"
    found = answers([message(event)])
    (received,) = found.received
    assert (received.account, received.answer.outcome) == ("222233334444", outcome)
    assert (found.others, found.unreadable) == ([], [])


def test_other_messages_are_left_to_others() -> None:
    copied = json.loads((EVENTS / "copied.json").read_text())
    bodies = [
        copied,
        "no JSON",
        "[" * 100_000,
        [],
        READY | {"source": "aws.ec2"},
        READY | {"detail-type": "x"},
    ]
    found = answers([message(body) for body in bodies])
    assert (len(found.others), found.received, found.unreadable) == (6, [], [])


@pytest.mark.parametrize(
    "detail", [None, {}, READY["detail"] | {"version": 2}, READY["detail"] | {"copy": 1}]
)
def test_what_cannot_be_read_goes_back_to_its_queue(detail: Any) -> None:
    found = answers([message(READY | {"detail": detail})])
    assert (found.unreadable, found.received, found.patient) == (["m"], [], [])


def test_an_answer_waits_a_few_times_for_its_turn() -> None:
    assert answers([message(READY, TRIES - 1)]).patient == ["m"]
    assert answers([message(READY, TRIES)]).patient == []
