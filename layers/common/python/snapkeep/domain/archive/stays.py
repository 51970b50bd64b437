"""How much longer retention keeps a point: what archiving it is judged by."""

from __future__ import annotations

from datetime import datetime, timedelta

from snapkeep.domain.archive.spans import FOREVER
from snapkeep.domain.retention.keep_rules import rule_of
from snapkeep.domain.retention.periods import PERIODS
from snapkeep.domain.retention.plan import Kept
from snapkeep.domain.retention.rules import Duration, RetentionRules
from snapkeep.domain.retention.words import length


def stay_of(
    kept: Kept, rules: RetentionRules, now: datetime, gone_since: datetime | None = None
) -> timedelta:
    """How much longer the rules keep a point, at least and to about a day, if its claim goes on being backed
    up; zero or less when it may go at any time, `timedelta.max` for ever."""
    longest = max(
        (_left(reason, kept.point.time, rules, now) for reason in kept.reasons), default=timedelta()
    )
    ends = [longest]
    if rules.max_age:
        ends.append(_until(kept.point.time, rules.max_age, now))
    if gone_since and rules.after_claim_deleted:
        ends.append(_until(gone_since, rules.after_claim_deleted, now))
    return min(ends)


def _left(reason: str, time: datetime, rules: RetentionRules, now: datetime) -> timedelta:
    """How long the rule that gave a reason still keeps the point."""
    period = rule_of(reason)
    if not period:
        return timedelta()
    if reason.startswith(f"{period} within "):
        span: Duration | None = getattr(rules, f"within_{period}")
        return _until(time, span, now) if span else timedelta()
    used, _, limit = reason.removeprefix(f"{period} ").partition("/")
    if not limit:
        return FOREVER
    try:
        return PERIODS[period].length * (int(limit) - int(used))
    except OverflowError:
        return FOREVER


def _until(since: datetime, span: Duration, now: datetime) -> timedelta:
    span_length = length(span)
    return FOREVER if span_length == FOREVER else since + span_length - now
