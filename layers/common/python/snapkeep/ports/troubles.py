"""The store of lasting troubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.troubles import Topic, Trouble


class Troubles(Protocol):
    """The troubles that last, and when people were notified."""

    def troubles(self, topic: Topic) -> Mapping[str, Trouble]:
        """The troubles of a topic, by subject."""

    def write_troubles(self, topic: Topic, troubles: Mapping[str, Trouble], now: datetime) -> None:
        """Replace the record of a topic's troubles."""


class UnreadableRecords(Protocol):
    """Records that lists skipped because this version cannot read them."""

    def passed_over(self) -> Sequence[str]:
        """The names of records skipped since the last call, each once."""
