"""The event buses on which sources take a vault's answers, in other accounts.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.adapters.aws.vault_buses import ClientOf, put_on
from snapkeep.domain.copies.requests import ANSWERED
from snapkeep.domain.vault.asked import answers_to

if TYPE_CHECKING:
    from snapkeep.domain.copies.requests import CopyAnswer
    from snapkeep.domain.vault.vault import VaultSource


class SourceBuses:
    """Implements the Sources port."""

    def __init__(self, client: ClientOf) -> None:
        self._client = client

    def answer(self, source: VaultSource, answer: CopyAnswer) -> None:
        """PutEvents in the Region of the source."""
        put_on(self._client, source.region, answers_to(source), ANSWERED, "the answer", answer.to_document())
