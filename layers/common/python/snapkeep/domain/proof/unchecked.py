"""Points that nobody has looked into yet: until somebody has, the newest that was checked before them stays.

Retention counts every ready point. Without this, a new point could push out the last one that is known to be
good before a check finds the new one suspicious. The tag decides here, although whoever may tag can forge it:
its absence only keeps more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from snapkeep.domain.points import PointState
from snapkeep.domain.proof.checks import Verdict
from snapkeep.domain.proof.rules import RECENT
from snapkeep.domain.retention.candidates import Candidate, Protection


def until_checked(
    lineages: Mapping[tuple[str, str], Iterable[Candidate]], checked: Mapping[str, str], now: datetime
) -> dict[str, Protection]:
    """What must stay (snapshot ids), each with the reason. `lineages` are by claim and policy, `checked` are
    the tags of what was looked into."""
    claims: dict[str, list[Candidate]] = {}
    for (claim, _), points in lineages.items():
        claims.setdefault(claim, []).extend(each for each in points if each.state is PointState.READY)
    kept: dict[str, Protection] = {}
    for ready in claims.values():
        good = max((each for each in ready if _is_good(checked.get(each.id, ""))), key=_age, default=None)
        if good and any(_awaits(each, checked, now) for each in ready if _age(each) > _age(good)):
            kept[good.id] = Protection("the newest point that was checked, until the newer ones are")
    return kept


def _is_good(tag: str) -> bool:
    return tag.partition(" ")[0] == Verdict.CHECKED


def _awaits(point: Candidate, checked: Mapping[str, str], now: datetime) -> bool:
    """True for a point that will still be looked into."""
    return point.id not in checked and now - point.time <= RECENT


def _age(point: Candidate) -> tuple[datetime, str]:
    return point.time, point.id
