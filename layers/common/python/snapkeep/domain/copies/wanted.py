"""Which points of a lineage to copy to a place, and which to skip, each with the reason.

One point of each slot, day, week or N slots is copied. A point that a newer one overtakes is skipped,
unless a retention rule of the place would keep its copy.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from snapkeep.domain.backup.selection import reaches
from snapkeep.domain.copies.copies import Copy, Source
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Selection
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.periods import day_of, week_of
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.domain.times import moment

OLDEST = "oldest "
"""How retention's reason begins for a point that stays only because a rule is not filled yet."""


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A point, and why it is wanted or skipped."""

    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be copied of a lineage, and which of the points that could be are not; newest first.

    `unclear` are points that several snapshots claim to be: nothing shows which one is real.
    """

    wanted: tuple[Reasoned, ...] = ()
    passed_over: tuple[Reasoned, ...] = ()
    unclear: tuple[Reasoned, ...] = ()


def choose(
    sources: Iterable[Source],
    copies: Iterable[Copy],
    rule: CopyRule,
    zone: tzinfo,
    now: datetime,
    *,
    under_way: Collection[str] = (),
    given_up: Collection[str] = (),
) -> Choice:
    """What the rule wants of the points of one claim under one policy, given the copies of that lineage in
    the place.

    Days and weeks are those of `zone`, by when points were taken. A day or week that has a copy, or one under
    way, wants no other; until then its newest point is wanted. `under_way` are points (ids) whose copy is
    journaled, although EC2 may not show it yet; `given_up` those whose copies failed too often.
    """
    there = {copy.point_id: copy.taken for copy in copies if copy.is_there}
    known, unclear = _unique(source for source in sources if source.taken <= now)
    there |= {source.point_id: source.taken for source in known if source.point_id in under_way}
    open_ = [source for source in known if source.point_id not in given_up]
    candidates = _candidates(open_, there, rule.every, zone)
    allowed, before = _begun(candidates, there, rule)
    wanted, overtaken = _needed(allowed, there, rule, zone, now)
    missing = (each for each in unclear if each.source.point_id not in there)
    return Choice(tuple(wanted), (*overtaken, *before), tuple(missing))


def _unique(sources: Iterable[Source]) -> tuple[list[Source], list[Reasoned]]:
    """The points that a single snapshot stands for, and those that several stand for; newest first."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        if all(other.snapshot_id != source.snapshot_id for other in found.get(source.point_id, ())):
            found.setdefault(source.point_id, []).append(source)
    newest_first = sorted(found.values(), key=lambda some: (some[0].taken, some[0].point_id), reverse=True)
    unclear = [Reasoned(some[0], _twins(some)) for some in newest_first if len(some) > 1]
    return [some[0] for some in newest_first if len(some) == 1], unclear


def _twins(some: Sequence[Source]) -> str:
    names = " and ".join(sorted(source.snapshot_id for source in some))
    return (
        f"not copied: the tags of {names} all name the point of {moment(some[0].slot)}, and nothing shows "
        "which one is real; delete the false one, or tag it snapkeep:duplicate=true"
    )


def _candidates(
    sources: Sequence[Source], there: Mapping[str, datetime], every: Every, zone: tzinfo
) -> list[Reasoned]:
    """The newest point of each period that has no copy, newest first."""
    if every.number > 1:
        return _every_nth(sources, there, every.number)
    taken_periods = {_period(time, every.period, zone, point) for point, time in there.items()}
    found: dict[Hashable, Reasoned] = {}
    for source in sources:
        period = _period(source.taken, every.period, zone, source.point_id)
        if period not in taken_periods and period not in found:
            what = "no copy yet" if every.period is Period.SLOT else f"the newest point of its {every.period}"
            found[period] = Reasoned(source, what)
    return list(found.values())


def _period(time: datetime, period: Period, zone: tzinfo, point: str) -> Hashable:
    if period is Period.SLOT:
        return point
    local = time.astimezone(zone)
    return day_of(local) if period is Period.DAY else week_of(local)


def _every_nth(sources: Sequence[Source], there: Mapping[str, datetime], number: int) -> list[Reasoned]:
    """Each `number`-th point after the newest copy, newest first.

    If its source is gone, the number of points since is unknown, and the newest one is wanted. Without any
        copy, they are counted back from the newest.
    """
    what = f"every {number} points"
    if not there:
        return [Reasoned(source, what) for source in sources[::number]]
    last = max(there.values())
    newer = [source for source in sources if source.taken > last and source.point_id not in there]
    if all(source.point_id not in there or source.taken < last for source in sources):
        return [Reasoned(source, f"{what}, and the last one copied is gone") for source in newer[:1]]
    return [Reasoned(source, what) for source in newer[::-1][number - 1 :: number][::-1]]


def _begun(
    candidates: Sequence[Reasoned], there: Mapping[str, datetime], rule: CopyRule
) -> tuple[list[Reasoned], list[Reasoned]]:
    """The candidates since a place began, and those from before: a new place begins with the newest
    `backfill` of them."""
    oldest = min(there.values(), default=None)
    allowed: list[Reasoned] = []
    before: list[Reasoned] = []
    for number, candidate in enumerate(candidates):
        rank = number + sum(1 for time in there.values() if time > candidate.source.taken)
        if rank < rule.backfill or (oldest is not None and candidate.source.taken > oldest):
            allowed.append(candidate)
        else:
            text = f"from before {rule.to} began (backfill: {rule.backfill})"
            before.append(Reasoned(candidate.source, text))
    return allowed, before


def _needed(
    candidates: Sequence[Reasoned],
    there: Mapping[str, datetime],
    rule: CopyRule,
    zone: tzinfo,
    now: datetime,
) -> tuple[list[Reasoned], list[Reasoned]]:
    """The newest candidate, if no copy is newer, and all that the place would keep; and the others."""
    if not candidates:
        return [], []
    newest = candidates[0].source
    leads = all(time < newest.taken for time in there.values())
    if leads and len(candidates) == 1:
        return list(candidates), []
    kept = _kept(candidates, there, rule, zone, now)
    wanted: list[Reasoned] = []
    passed: list[Reasoned] = []
    last = max([*there.values(), newest.taken])
    for candidate in candidates:
        source = candidate.source
        if leads and source is newest:
            wanted.append(candidate)
        elif why := kept.get(source.point_id):
            wanted.append(Reasoned(source, f"{candidate.reason}; {rule.to} keeps it: {why}"))
        else:
            text = f"overtaken by the point of {moment(last)}, and no rule of {rule.to} would keep it"
            passed.append(Reasoned(source, text))
    return wanted, passed


def _kept(
    candidates: Sequence[Reasoned],
    there: Mapping[str, datetime],
    rule: CopyRule,
    zone: tzinfo,
    now: datetime,
) -> dict[str, str]:
    """Which points the place would keep if all were copied, and by which rules.

    That the oldest stays while a rule is not filled applies only to existing copies; otherwise it would bring
    back what the place has deleted.
    """
    times = {**there} | {item.source.point_id: item.source.taken for item in candidates}
    points = [Candidate(point, time, PointState.READY) for point, time in times.items()]
    found: dict[str, str] = {}
    for fate in plan(points, parse_retention(rule.retention), zone, now).keep:
        reasons = [reason for reason in fate.reasons if not reason.startswith(OLDEST)]
        if fate.by_rules and reasons:
            found[fate.point.id] = ", ".join(reasons)
    return found


def selects(selection: Selection, source: Source) -> bool:
    """True when a policy's selection takes a claim of which only points are known. They remember no labels,
    so a selection by labels, or one that claims opt in to, takes none."""
    if selection.opt_in_only or selection.labels or not reaches(selection, source.claim.namespace):
        return False
    is_small = selection.min_bytes is not None and source.size_bytes < selection.min_bytes
    is_large = selection.max_bytes is not None and source.size_bytes > selection.max_bytes
    classes = selection.storage_classes
    return not (is_small or is_large) and (not classes or source.claim.storage_class in classes)
