"""What a vault's queue brings: requests of sources, put on the vault's bus by their accounts, and EC2's
events about copies that ended.

Only the envelope's account is believed. The envelope's Region is ours, as EventBridge writes the Region of
the call. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapkeep.domain.copies.requests import SOURCE, WANTED, read_request
from snapkeep.domain.errors import Invalid
from snapkeep.domain.vault.asked import Asked, Unread
from snapkeep.inbound.answers import event_of

log = logging.getLogger(__name__)


@dataclass(slots=True)
class WantedCopies:
    """The requests in a batch and what is none although it says so, by the ids of their messages; and the
    `others`."""

    asked: dict[str, Asked] = field(default_factory=dict)
    unread: dict[str, Unread] = field(default_factory=dict)
    others: list[Mapping[str, Any]] = field(default_factory=list)


def wanted_copies(messages: Sequence[Mapping[str, Any]]) -> WantedCopies:
    """The requests among the messages of a batch."""
    found = WantedCopies()
    for message in messages:
        event = event_of(message["body"])
        if (event.get("source"), event.get("detail-type")) != (SOURCE, WANTED):
            found.others.append(message)
            continue
        account = str(event.get("account"))
        try:
            found.asked[message["messageId"]] = Asked(account, read_request(event.get("detail")))
        except Invalid as error:
            log.warning("dropped message %s of account %s: %s", message["messageId"], account, error.reason)
            found.unread[message["messageId"]] = Unread(account, error.reason)
    return found
