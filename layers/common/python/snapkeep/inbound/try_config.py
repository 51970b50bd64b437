"""The message to try_config. Only the API sends it, after checking every policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.domain.policies import from_document
from snapkeep.domain.report.trials import TrialRequest
from snapkeep.inbound.errors import MalformedMessage


def trial_request(event: Mapping[str, Any]) -> TrialRequest:
    """The request in a message. Raises MalformedMessage if it is not one."""
    try:
        return TrialRequest(
            cluster=str(event["cluster"]),
            deployment=from_document(event["deployment"]),
            namespace=str(event["namespace"]),
            only=tuple(map(str, event["only"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedMessage(f"the message is no request to try policies: {error!r}") from error
