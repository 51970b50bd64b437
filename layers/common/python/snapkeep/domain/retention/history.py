"""What a policy's retention was before: lowered rules spare existing points for a grace period.

The schedule belongs to it: `last: 7` of a daily policy is a week, and seven minutes once a slip in the cron
expression lets it run every minute. So a schedule that became faster is a lowered retention, too.
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
"""What a policy may have kept whose history is lost: nobody can tell, so everything is spared for a grace."""

KEPT_VERSIONS = 20
"""How many versions are remembered at most; the grace of those before spares everything."""


@dataclass(frozen=True, slots=True)
class RetentionVersion:
    """A `retention:` block and the time zone it was read in, seen first at `since` (aware UTC).

    `spacing` is the shortest distance between two slots; None in what a version wrote that did not ask.
    """

    block: Mapping[str, int | str]
    timezone: str
    since: datetime
    spacing: timedelta | None = None

    def is_faster_than(self, other: RetentionVersion) -> bool:
        """True when its points come closer together than those of another version."""
        return self.spacing is not None and other.spacing is not None and self.spacing < other.spacing


def seen(
    history: Sequence[RetentionVersion],
    policy: Policy,
    now: datetime,
    *,
    has_points: bool = False,
    has_gap: bool = False,
) -> tuple[RetentionVersion, ...]:
    """The history with the policy's present retention at its end; the same when nothing changed.

    A policy that has points although no history is known of it (`has_points`) lost its history: it begins
    with rules that keep everything, and so goes on one that may lack its last versions (`has_gap`).
    Raises ValueError for a retention that is none: it was never in force, so nobody remembers it.
    """
    _read(policy.retention, policy.schedule.timezone)
    timezone = policy.schedule.timezone
    present = RetentionVersion(dict(policy.retention), timezone, now, shortest_distance(policy.schedule))
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
    """The newest versions. While the grace of a forgotten one goes on, everything is spared."""
    kept = history[-KEPT_VERSIONS:]
    if len(kept) < len(history) and now < kept[1].since + GRACE:
        kept = (RetentionVersion(EVERYTHING, kept[0].timezone, kept[0].since), *kept[1:])
    return kept


def retention_of(history: Sequence[RetentionVersion]) -> PolicyRetention:
    """The rules in force (the last ones) with those before them. Raises ValueError for rules that keep
    nothing; `history` must not be empty. What cannot be read of the past was never in force.
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
    return PolicyRetention(rules, zone, tuple(earlier))


def _slower_until(version: RetentionVersion, later: Sequence[RetentionVersion]) -> datetime | None:
    """Until when no point of a faster schedule can have come; None where the schedule became no faster.

    A faster one may be at work for a while before a prune sees it: for less than one slot of the slower one.
    """
    faster = [item.since for item in later if item.is_faster_than(version)]
    return min(faster) - version.spacing if faster and version.spacing else None


def _read(block: Mapping[str, object], timezone: str) -> tuple[RetentionRules, ZoneInfo]:
    """Rules and zone. Raises ValueError, in words, for anything else: a deployment may be edited by hand."""
    rules = parse_retention(block)
    try:
        return rules, ZoneInfo(timezone)
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise ValueError(f"{str(timezone)[:40]!r} is no time zone of the IANA database") from error
