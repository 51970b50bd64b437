"""In-memory troubles and unreadable records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from snapkeep.domain.troubles import Topic, Trouble
from tests.fakes.faults import Faults


class MemoryTroubles(Faults):
    """The Troubles port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._troubles: dict[Topic, dict[str, Trouble]] = {}

    def troubles(self, topic: Topic) -> Mapping[str, Trouble]:
        self._before("troubles")
        return dict(self._troubles.get(topic, {}))

    def write_troubles(self, topic: Topic, troubles: Mapping[str, Trouble], now: datetime) -> None:
        self._before("write_troubles")
        self._troubles[topic] = dict(troubles)
        self._after("write_troubles")


class MemoryUnreadable(Faults):
    """Names that a test puts there."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.names: list[str] = []

    def passed_over(self) -> Sequence[str]:
        self._before("passed_over")
        found, self.names = self.names, []
        return found
