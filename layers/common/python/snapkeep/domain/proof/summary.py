"""How the newest points of a cluster's claims stand, and which points are suspicious."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from snapkeep.domain.proof.shown import CheckState, ShownCheck
from snapkeep.domain.proof.suspicions import Suspicion


@dataclass(frozen=True, slots=True)
class ChecksSummary:
    """`on` says whether the deployment checks points, `newest` how many claims have a newest good point in
    each state. `suspicions` are those that nobody has accepted, oldest first, also of points that were
    deleted since and while checks are off, because they still keep points. `unasked` says what could not be
    read, "" for nothing.
    """

    on: bool
    newest: Mapping[CheckState, int] = field(default_factory=dict)
    suspicions: tuple[Suspicion, ...] = ()
    unasked: str = ""


UNASKED = ChecksSummary(on=False)
"""Nobody asked about checks."""


def summary(
    on: bool, newest: Iterable[ShownCheck | None], suspicions: Iterable[Suspicion], unasked: str = ""
) -> ChecksSummary:
    """The summary of the newest good points of claims, None for claims without one."""
    counts = Counter(each.state for each in newest if each)
    ordered = sorted(suspicions, key=lambda each: (each.subject.taken, each.subject.point_id))
    return ChecksSummary(on, dict(counts), tuple(ordered), unasked)
