"""The event buses of vaults, in other accounts.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from snapkeep.adapters.aws.session import CALLS, our_errors
from snapkeep.domain.copies.requests import SOURCE, WANTED, CopyRequest
from snapkeep.domain.errors import PermanentError, TemporaryError

if TYPE_CHECKING:
    from botocore.config import Config

    from snapkeep.domain.copies.places import Place


class ClientOf(Protocol):
    """Makes clients of Regions."""

    def __call__(self, service: str, config: Config, region: str) -> Any:
        """A client of that service in a Region."""


class VaultBuses:
    """Implements the Vaults port."""

    def __init__(self, client: ClientOf) -> None:
        self._client = client

    def ask(self, place: Place, request: CopyRequest) -> None:
        """PutEvents in the Region of the vault."""
        put_on(self._client, place.region, place.vault_bus, WANTED, "the request", request.to_document())


def put_on(client: ClientOf, region: str, bus: str, kind: str, what: str, detail: Mapping[str, Any]) -> None:
    """PutEvents in the Region of another account's bus, which the entry names by its ARN.

    The envelope then says our account and that Region: EventBridge writes the Region of the call. Raises
    TemporaryError when the bus does not take the event.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """
    entry = {"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail), "EventBusName": bus}
    try:
        with our_errors(f"put {what} on {bus}"):
            answer = client("events", CALLS, region).put_events(Entries=[entry])
    except PermanentError as error:
        raise TemporaryError(error.reason) from error
    if answer.get("FailedEntryCount"):
        why = answer["Entries"][0]
        code, message = why.get("ErrorCode"), why.get("ErrorMessage")
        raise TemporaryError(f"{bus} did not take {what}: {code}: {message}")
