"""The messages to lend_copies. Only its schedule and the API send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from snapkeep.inbound.errors import MalformedMessage


@dataclass(frozen=True, slots=True)
class LoanRequest:
    """Lend a copy to an account for a while, or with `ends` end its loan; `caller` (an ARN) asks for it."""

    copy: str
    account: str
    caller: str
    lasts: timedelta = timedelta()
    ends: bool = False


def loan_request(event: Mapping[str, Any]) -> LoanRequest | None:
    """The request in a message; None for a start by the schedule. Raises MalformedMessage."""
    try:
        if "lend" in event:
            lasts = timedelta(seconds=int(event["seconds"]))
            return LoanRequest(str(event["lend"]), str(event["account"]), str(event["caller"]), lasts)
        if "end" in event:
            return LoanRequest(str(event["end"]), str(event["account"]), str(event["caller"]), ends=True)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise MalformedMessage(f"the message is not a request for a loan: {error!r}") from error
    return None
