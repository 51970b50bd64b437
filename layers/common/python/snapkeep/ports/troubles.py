"""The store of troubles that last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.troubles import Topic, Trouble


class Troubles(Protocol):
    """What people were told of and still lasts."""

    def troubles(self, topic: Topic) -> Mapping[str, Trouble]:
        """The troubles of a topic, by subject."""

    def write_troubles(self, topic: Topic, troubles: Mapping[str, Trouble], now: datetime) -> None:
        """Replace what is known of a topic's troubles."""


class UnreadableRecords(Protocol):
    """Records that lists passed over, because this version cannot read them."""

    def passed_over(self) -> Sequence[str]:
        """The names of records that were passed over since this was asked last, each once."""
