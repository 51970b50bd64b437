"""What the notices of an incident call for now: to act, to wait, or to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.interruption.incidents import Incident
from snapkeep.domain.interruption.notices import GONE_WITHIN, Kind, Notice
from snapkeep.domain.interruption.rules import NodeRules, OnRebalance
from snapkeep.domain.times import moment

LIFECYCLE_LIMIT = timedelta(minutes=15)
"""How long to keep a lifecycle hook waiting at most; its message does not contain the hook's own timeout."""


class Action(StrEnum):
    """What to do."""

    ACT = "act"
    WAIT = "wait"
    NOTHING = "nothing"
    TAKE_BACK = "take back"


@dataclass(frozen=True)
class Urgency:
    """What to do and why; `again` is when to check again (None: when the next event comes)."""

    action: Action
    reason: str
    notice: Notice | None = None
    again: datetime | None = None


def assess(incident: Incident, rules: NodeRules, now: datetime) -> Urgency:
    """What the incident calls for at `now`. The most urgent notice that still stands decides."""
    standing = [notice for notice in incident.standing_notices if _counts(notice, rules)]
    live = [notice for notice in standing if not _came_to_nothing(incident, notice, rules, now)]
    acting = [notice for notice in live if notice.kind is not Kind.HEALTH or notice.acts_at <= now]
    if acting:
        notice = max(acting, key=_weight)
        return Urgency(Action.ACT, _sentence(notice), notice, _next_change(live, rules, now))
    if live:
        soonest = min(live, key=lambda notice: notice.acts_at)
        text = (
            f"{soonest.action or soonest.kind} is set for {_minute(soonest.deadline)}; nothing to do before"
        )
        return Urgency(Action.WAIT, f"{text} {_minute(soonest.acts_at)}", soonest, soonest.acts_at)
    if standing:
        last = max(standing, key=lambda notice: notice.announced_at)
        return Urgency(Action.TAKE_BACK, _came_to_nothing(incident, last, rules, now), last)
    if any(notice.kind is Kind.REBALANCE for notice in incident.standing_notices):
        return Urgency(Action.NOTHING, "the rules ignore rebalance recommendations")
    if any(notice.withdrawn for notice in incident.notices):
        return Urgency(Action.TAKE_BACK, "the announced event was cancelled")
    return Urgency(Action.NOTHING, "no notice applies any more")


def _came_to_nothing(incident: Incident, notice: Notice, rules: NodeRules, now: datetime) -> str:
    """Why the notice no longer counts; "" while it does."""
    if incident.runs_since(notice):
        return "the instance runs again"
    ends = _ends(notice, rules)
    if ends is None or min(now, incident.dies_since or now) < ends:
        return ""
    if notice.window_end:
        return f"{_sentence(notice)}, its window ended {_minute(notice.window_end)}, and nothing came of it"
    minutes = int((now - notice.announced_at).total_seconds() // 60)
    return f"{_sentence(notice)} {minutes} minutes ago, and nothing came of it"


def _ends(notice: Notice, rules: NodeRules) -> datetime | None:
    """The latest time at which the announced event may happen; None for a report that the instance is going
    down."""
    if notice.is_dying:
        return None
    if notice.deadline:
        return notice.may_come_until
    least = LIFECYCLE_LIMIT + GONE_WITHIN if notice.kind is Kind.LIFECYCLE else timedelta()
    return notice.announced_at + max(rules.uncordon_after, least)


def _next_change(live: Sequence[Notice], rules: NodeRules, now: datetime) -> datetime | None:
    """When one of the notices next calls for something different."""
    times = [_ends(notice, rules) for notice in live] + [notice.acts_at for notice in live]
    return min((time for time in times if time and time > now), default=None)


def _counts(notice: Notice, rules: NodeRules) -> bool:
    if notice.kind is Kind.REBALANCE:
        return rules.rebalance is not OnRebalance.IGNORE
    return notice.kind is not Kind.STATE or notice.is_dying


def _weight(notice: Notice) -> tuple[bool, float, datetime]:
    """Sort key: the earliest deadline is the most urgent, a rebalance recommendation the least."""
    deadline = notice.deadline.timestamp() if notice.deadline else float("inf")
    return notice.kind is not Kind.REBALANCE, -deadline, notice.announced_at


def _sentence(notice: Notice) -> str:
    words = {
        Kind.SPOT: f"EC2 announced a spot interruption ({notice.action})",
        Kind.REBALANCE: "EC2 recommended rebalancing",
        Kind.LIFECYCLE: "Auto Scaling is terminating it",
        Kind.STATE: f"EC2 reported that it is {notice.action}",
        Kind.CAPACITY: f"EC2 announced that its capacity reservation ends ({notice.action})",
        Kind.HEALTH: f"AWS Health scheduled {notice.action}",
    }
    return words[notice.kind]


def _minute(time: datetime | None) -> str:
    return moment(time) if time else "no time"
