"""What vaults answer: events of other accounts, put on our bus for answers and queued.

Only the envelope's account is believed; the rest must fit what was asked. The envelope's Region is ours, as
EventBridge writes the Region of the call.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapkeep.domain.copies.requests import ANSWERED, SOURCE, Received, read_answer
from snapkeep.domain.errors import Invalid
from snapkeep.inbound.copies import may_wait

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Answers:
    """The answers in a batch, and the ids of those messages that may wait for their turn. `unreadable` are
    ids of messages that cannot be read; `others` are no answers."""

    received: list[Received] = field(default_factory=list)
    patient: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    others: list[Mapping[str, Any]] = field(default_factory=list)


def answers(messages: Sequence[Mapping[str, Any]]) -> Answers:
    """The answers among the messages of a batch."""
    found = Answers()
    for message in messages:
        event = event_of(message["body"])
        if (event.get("source"), event.get("detail-type")) != (SOURCE, ANSWERED):
            found.others.append(message)
            continue
        try:
            answer = read_answer(event.get("detail"))
        except Invalid as error:
            log.warning("message %s goes back to its queue: %s", message["messageId"], error.reason)
            found.unreadable.append(message["messageId"])
            continue
        found.received.append(Received(str(event.get("account")), answer))
        if may_wait(message):
            found.patient.append(message["messageId"])
    return found


def event_of(body: str) -> Mapping[str, Any]:
    """The event in the body of a message; an empty one when there is none."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, Mapping) else {}
