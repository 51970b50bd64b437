"""A policy's earlier retention: after rules are lowered, existing points are spared for a grace period.

The schedule is part of it: `last: 7` of a daily policy is a week, but seven minutes once a mistake in the
cron expression makes it run every minute. So a faster schedule also counts as lowered retention.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from snapkeep.domain.policies import Policy
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.periods import EVER
from snapkeep.domain.retention.plan import GRACE, Earlier
from snapkeep.domain.retention.rules import RetentionRules, parse_retention
from snapkeep.domain.retention.spacing import shortest_distance

EVERYTHING = {"last": "all"}
"""The assumed retention of a policy whose history is lost: everything is spared for a grace period."""

KEPT_VERSIONS = 20
"""How many versions are kept; during the grace period of a dropped one, everything is spared."""


@dataclass(frozen=True, slots=True)
class RetentionVersion:
    """A `retention:` block and its time zone, first seen at `since` (aware UTC).

    `spacing` is the shortest interval between two slots; None in records of versions that did not store it.
    """

    block: Mapping[str, int | str]
    timezone: str
    since: datetime
    spacing: timedelta | None = None

    def is_faster_than(self, other: RetentionVersion) -> bool:
        """True if its points are closer together than those of the other version."""
        return self.spacing is not None and other.spacing is not None and self.spacing < other.spacing


def version_of(policy: Policy, now: datetime, spacing: timedelta | None = None) -> RetentionVersion:
    """The retention that a policy has now. `spacing` is the shortest interval between its points where that
    is not its schedule's."""
    apart = shortest_distance(policy.schedule) if spacing is None else spacing
    return RetentionVersion(policy.retention, policy.schedule.timezone, now, apart)


def seen(
    history: Sequence[RetentionVersion],
    present: RetentionVersion,
    *,
    has_points: bool = False,
    has_gap: bool = False,
) -> tuple[RetentionVersion, ...]:
    """The history with the present retention at its end; unchanged if it is already there.

    A retention of points that has no history (`has_points`) has lost it: its new history begins with rules
    that keep everything. The same entry is inserted when the last versions may be missing (`has_gap`). Raises
    ValueError for an invalid retention: it was never in force, so it is not remembered.
    """
    _read(present.block, present.timezone)
    present, timezone, now = replace(present, block=dict(present.block)), present.timezone, present.since
    if history and has_gap and has_points:
        return _bounded((*history, RetentionVersion(EVERYTHING, timezone, now), present), now)
    if history:
        last = history[-1]
        is_same = (dict(last.block), last.timezone) == (present.block, timezone)
        if is_same and not present.is_faster_than(last):
            same = replace(last, spacing=present.spacing)
            return tuple(history) if same == last else (*history[:-1], same)
    elif has_points:
        history = [RetentionVersion(EVERYTHING, timezone, EVER)]
    return _bounded((*history, present), now)


def _bounded(history: tuple[RetentionVersion, ...], now: datetime) -> tuple[RetentionVersion, ...]:
    """The newest versions. During the grace period of a dropped one, everything is spared."""
    kept = history[-KEPT_VERSIONS:]
    if len(kept) < len(history) and now < kept[1].since + GRACE:
        kept = (RetentionVersion(EVERYTHING, kept[0].timezone, kept[0].since), *kept[1:])
    return kept


def retention_of(history: Sequence[RetentionVersion]) -> PolicyRetention:
    """The rules in force (the last ones) and those before them. Raises ValueError when the last rules are
    invalid; `history` must not be empty. Invalid earlier rules are skipped, because they were never in force.
    """
    rules, zone = _read(history[-1].block, history[-1].timezone)
    earlier: list[Earlier] = []
    until = history[-1].since
    for number, version in reversed(list(enumerate(history[:-1]))):
        with suppress(ValueError):
            rules_then, zone_then = _read(version.block, version.timezone)
            slower_until = _slower_until(version, history[number + 1 :])
            earlier.insert(0, Earlier(rules_then, zone_then, until, counts_until=slower_until))
            until = version.since
    return PolicyRetention(rules, zone, tuple(earlier), history[-1].spacing or timedelta())


def _slower_until(version: RetentionVersion, later: Sequence[RetentionVersion]) -> datetime | None:
    """The time before which no point of a faster schedule can exist; None if the schedule did not become
    faster.

    A faster schedule may run for a while before a prune sees it, but for less than one slot of the slower
    one.
    """
    faster = [item.since for item in later if item.is_faster_than(version)]
    return min(faster) - version.spacing if faster and version.spacing else None


def _read(block: Mapping[str, object], timezone: str) -> tuple[RetentionRules, ZoneInfo]:
    """The rules and the zone. Raises ValueError with a message for users, because a deployment may be edited
    by hand.
    """
    rules = parse_retention(block)
    try:
        return rules, ZoneInfo(timezone)
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise ValueError(f"{str(timezone)[:40]!r} is not an IANA time zone") from error
