"""Looks into points that a test has planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from snapkeep.domain.points import Snapshot
from snapkeep.domain.proof.looks import Look, Seen

USUAL = Look("xfs", 4 * 2**30, 4 * 2**30, 2**30, "f00d", "", ("mysql",))


@dataclass
class PlannedLooks:
    """What is seen in snapshots (by id); in others `usual`. An error is raised. `asked` has the questions."""

    usual: Seen = field(
        default_factory=lambda: Look("xfs", 4 * 2**30, 4 * 2**30, 2**30, "f00d", "", ("mysql",))
    )
    seen: dict[str, Seen | BaseException] = field(default_factory=dict)
    asked: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)

    def run(self, snapshot: Snapshot, expect: Iterable[str], base: str = "", cost: Any = None) -> Seen:
        """What is in the point of a snapshot."""
        self.asked.append((snapshot.id, tuple(expect), base))
        found = self.seen.get(snapshot.id, self.usual)
        if isinstance(found, BaseException):
            raise found
        return found
