"""What a policy's retention was before: lowered rules spare existing points for a grace period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from snapkeep.domain.lineages import PolicyRetention
from snapkeep.domain.periods import EVER
from snapkeep.domain.policies import Policy
from snapkeep.domain.retention import RetentionRules, parse_retention
from snapkeep.domain.retention_plan import Earlier

EVERYTHING = {"last": "all"}
"""What a policy may have kept whose history is lost: nobody can tell, so everything is spared for a grace."""

KEPT_VERSIONS = 20
"""How many versions are remembered at most: nobody changes a policy more often within the grace."""


@dataclass(frozen=True, slots=True)
class RetentionVersion:
    """A `retention:` block and the time zone it was read in, seen first at `since` (aware UTC)."""

    block: Mapping[str, int | str]
    timezone: str
    since: datetime


def seen(
    history: Sequence[RetentionVersion], policy: Policy, now: datetime, *, has_points: bool = False
) -> tuple[RetentionVersion, ...]:
    """The history with the policy's present retention at its end; the same when nothing changed.

    A policy that has points although no history is known of it (`has_points`) lost its history: it begins
    with rules that keep everything. Raises ValueError for a retention that is none: it was never in force,
    so nobody remembers it.
    """
    _read(policy.retention, policy.schedule.timezone)
    block, timezone = dict(policy.retention), policy.schedule.timezone
    if history and (dict(history[-1].block), history[-1].timezone) == (block, timezone):
        return tuple(history)
    if not history and has_points:
        history = [RetentionVersion(EVERYTHING, timezone, EVER)]
    return (*history, RetentionVersion(block, timezone, now))[-KEPT_VERSIONS:]


def retention_of(history: Sequence[RetentionVersion]) -> PolicyRetention:
    """The rules in force (the last ones) with those before them. Raises ValueError for rules that keep
    nothing; `history` must not be empty. What cannot be read of the past was never in force.
    """
    rules, zone = _read(history[-1].block, history[-1].timezone)
    earlier: list[Earlier] = []
    until = history[-1].since
    for version in reversed(history[:-1]):
        with suppress(ValueError):
            earlier.insert(0, Earlier(*_read(version.block, version.timezone), until=until))
            until = version.since
    return PolicyRetention(rules, zone, tuple(earlier))


def _read(block: Mapping[str, object], timezone: str) -> tuple[RetentionRules, ZoneInfo]:
    """Rules and zone. Raises ValueError, in words, for anything else: a deployment may be edited by hand."""
    rules = parse_retention(block)
    try:
        return rules, ZoneInfo(timezone)
    except (LookupError, OSError, TypeError, ValueError) as error:
        raise ValueError(f"{str(timezone)[:40]!r} is no time zone of the IANA database") from error
