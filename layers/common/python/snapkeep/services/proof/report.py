"""What a pass of checks did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from snapkeep.domain.proof.checks import Check, Verdict
from snapkeep.services.proof.snapshot_volume import Cost

AT_A_TIME = 100
"""Points whose checks one call reads, and that are in memory at a time."""

T = TypeVar("T")


@dataclass(slots=True)
class CheckReport:
    """What one pass over a cluster did: points and copies by verdict, what it read, and parts that failed."""

    cluster: str
    checked: list[str] = field(default_factory=list)
    suspicious: dict[str, str] = field(default_factory=dict)
    not_looked_at: dict[str, str] = field(default_factory=dict)
    waiting: int = 0
    cost: Cost = field(default_factory=Cost)
    given_up: dict[str, str] = field(default_factory=dict)


def note(check: Check, report: CheckReport) -> None:
    """Add a check to the report."""
    subject = check.subject
    point = f"{subject.point_id} in {subject.place}" if subject.place else subject.point_id
    if check.verdict is Verdict.CHECKED:
        report.checked.append(point)
    elif check.verdict is Verdict.SUSPICIOUS:
        report.suspicious[point] = "; ".join(check.reasons)
    else:
        report.not_looked_at[point] = "; ".join(check.reasons)


def portions(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    """The same things in the same order, so many at a time."""
    for start in range(0, len(all_of_them), AT_A_TIME):
        yield all_of_them[start : start + AT_A_TIME]
