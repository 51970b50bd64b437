"""What one pass over a cluster archived, and what it left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class ArchiveReport:
    """What one pass did in a cluster, by the names of points.

    `begun` and `too_dear` say with which figures, `staying` counts points by the reason why they are not even
    measured, `waiting` are left to the next pass, and `given_up` are the parts that failed.
    """

    cluster: str
    begun: dict[str, str] = field(default_factory=dict)
    archiving: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    too_dear: dict[str, str] = field(default_factory=dict)
    staying: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, str] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
