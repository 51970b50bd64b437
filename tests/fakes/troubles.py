"""The in-memory journal's part for troubles, and the listeners who hear about them."""

from __future__ import annotations

from collections.abc import Sequence

from snapkeep.domain.troubles import Topic, Trouble
from tests.fakes.faults import Faults


class FakeTroubleNews(Faults):
    """Records each notification as its topic, subjects and total count.

    `most` is how many troubles one event names.
    """

    def __init__(self, most: int = 100) -> None:
        super().__init__()
        self.most = most
        self.troubles: list[tuple[Topic, tuple[Trouble, ...], int]] = []
        self.given_up: list[tuple[str, int]] = []

    def trouble(self, topic: Topic, due: Sequence[Trouble], total: int) -> int:
        self._before("trouble")
        named = tuple(due[: self.most])
        self.troubles.append((topic, named, total))
        self._after("trouble")
        return len(named)

    def parts_given_up(self, function: str, count: int) -> None:
        self.given_up.append((function, count))

    def rung(self) -> list[str]:
        """The reported subjects, in order for each notification."""
        return [trouble.subject for _, due, _ in self.troubles for trouble in due]
