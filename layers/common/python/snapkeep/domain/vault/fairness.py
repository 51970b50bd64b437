"""How the sources of a vault share the copies that EC2 lets it have in progress at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Demand:
    """A source that waits: its copies in progress, its requests without one, and since when the oldest of
    them waits (aware UTC)."""

    source: str
    in_flight: int
    waiting: int
    since: datetime


def share_of(source: str, demands: Sequence[Demand], free: int) -> int:
    """How many of the `free` places a source may fill now.

    Each place goes to the source with the fewest copies in progress, and of those to the one that has waited
    longest. So a source that floods the vault gets as much as any other that waits, and all if none does.
    """
    given: Counter[str] = Counter()
    for _ in range(free):
        open_ = [each for each in demands if each.waiting > given[each.source]]
        if not open_:
            break
        first = min(open_, key=lambda each: (each.in_flight + given[each.source], each.since, each.source))
        given[first.source] += 1
    return given[source]
