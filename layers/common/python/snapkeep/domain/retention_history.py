"""What a policy's retention was before: lowered rules spare existing points for a grace period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from snapkeep.domain.lineages import PolicyRetention
from snapkeep.domain.policies import Policy
from snapkeep.domain.retention import parse_retention
from snapkeep.domain.retention_plan import Earlier

KEPT_VERSIONS = 20
"""How many versions are remembered at most: nobody changes a policy more often within the grace."""


@dataclass(frozen=True, slots=True)
class RetentionVersion:
    """A `retention:` block and the time zone it was read in, seen first at `since` (aware UTC)."""

    block: Mapping[str, int | str]
    timezone: str
    since: datetime


def seen(history: Sequence[RetentionVersion], policy: Policy, now: datetime) -> tuple[RetentionVersion, ...]:
    """The history with the policy's present retention at its end; the same when nothing changed."""
    block, timezone = dict(policy.retention), policy.schedule.timezone
    if history and (dict(history[-1].block), history[-1].timezone) == (block, timezone):
        return tuple(history)
    return (*history, RetentionVersion(block, timezone, now))[-KEPT_VERSIONS:]


def retention_of(history: Sequence[RetentionVersion]) -> PolicyRetention:
    """The rules in force (the last ones) with those before them. Raises ValueError for rules that keep
    nothing; `history` must not be empty.
    """
    versions = [(parse_retention(item.block), ZoneInfo(item.timezone)) for item in history]
    earlier = tuple(
        Earlier(rules, zone, until=after.since)
        for (rules, zone), after in zip(versions[:-1], history[1:], strict=True)
    )
    rules, zone = versions[-1]
    return PolicyRetention(rules, zone, earlier)
