"""What the announcements of an incident ask for now: to act, to wait, or to take it back."""

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
"""How long a lifecycle hook is kept waiting at most; the hook's own timeout is not in its message."""


class Action(StrEnum):
    """What is to be done."""

    ACT = "act"
    WAIT = "wait"
    NOTHING = "nothing"
    TAKE_BACK = "take back"


@dataclass(frozen=True)
class Urgency:
    """What to do and why; `again` is when to look again (None: when the next event comes)."""

    urge: Action
    reason: str
    notice: Notice | None = None
    again: datetime | None = None


def assess(incident: Incident, reaction: NodeRules, now: datetime) -> Urgency:
    """What the incident asks for at `now`. The most pressing announcement that stands decides."""
    standing = [notice for notice in incident.standing_notices if _counts(notice, reaction)]
    live = [notice for notice in standing if not _came_to_nothing(incident, notice, reaction, now)]
    acting = [notice for notice in live if notice.kind is not Kind.HEALTH or notice.acts_at <= now]
    if acting:
        notice = max(acting, key=_weight)
        return Urgency(Action.ACT, _said(notice), notice, _next_change(live, reaction, now))
    if live:
        soonest = min(live, key=lambda notice: notice.acts_at)
        text = (
            f"{soonest.action or soonest.kind} is set for {_minute(soonest.deadline)}; nothing to do before"
        )
        return Urgency(Action.WAIT, f"{text} {_minute(soonest.acts_at)}", soonest, soonest.acts_at)
    if standing:
        last = max(standing, key=lambda notice: notice.announced_at)
        return Urgency(Action.TAKE_BACK, _came_to_nothing(incident, last, reaction, now), last)
    if any(notice.kind is Kind.REBALANCE for notice in incident.standing_notices):
        return Urgency(Action.NOTHING, "the rules ignore rebalance recommendations")
    if any(notice.withdrawn for notice in incident.notices):
        return Urgency(Action.TAKE_BACK, "what was announced was cancelled")
    return Urgency(Action.NOTHING, "nothing that was announced stands")


def _came_to_nothing(incident: Incident, notice: Notice, reaction: NodeRules, now: datetime) -> str:
    """Why the notice does not count any more; "" while it does."""
    if incident.runs_since(notice):
        return "the instance runs again"
    ends = _ends(notice, reaction)
    if ends is None or min(now, incident.dies_since or now) < ends:
        return ""
    if notice.window_end:
        return f"{_said(notice)}, its window ended {_minute(notice.window_end)}, and nothing came of it"
    minutes = int((now - notice.announced_at).total_seconds() // 60)
    return f"{_said(notice)} {minutes} minutes ago, and nothing came of it"


def _ends(notice: Notice, reaction: NodeRules) -> datetime | None:
    """Until when something may come of the notice; None of a report that it goes down."""
    if notice.is_dying:
        return None
    if notice.deadline:
        return notice.may_come_until
    least = LIFECYCLE_LIMIT + GONE_WITHIN if notice.kind is Kind.LIFECYCLE else timedelta()
    return notice.announced_at + max(reaction.uncordon_after, least)


def _next_change(live: Sequence[Notice], reaction: NodeRules, now: datetime) -> datetime | None:
    """When one of the notices asks for something else than now."""
    times = [_ends(notice, reaction) for notice in live] + [notice.acts_at for notice in live]
    return min((time for time in times if time and time > now), default=None)


def _counts(notice: Notice, reaction: NodeRules) -> bool:
    if notice.kind is Kind.REBALANCE:
        return reaction.rebalance is not OnRebalance.IGNORE
    return notice.kind is not Kind.STATE or notice.is_dying


def _weight(notice: Notice) -> tuple[bool, float, datetime]:
    """The earliest deadline presses most; a rebalance recommendation least."""
    deadline = notice.deadline.timestamp() if notice.deadline else float("inf")
    return notice.kind is not Kind.REBALANCE, -deadline, notice.announced_at


def _said(notice: Notice) -> str:
    words = {
        Kind.SPOT: f"EC2 announced a spot interruption ({notice.action})",
        Kind.REBALANCE: "EC2 recommended to rebalance",
        Kind.LIFECYCLE: "Auto Scaling is terminating it",
        Kind.STATE: f"EC2 reported that it is {notice.action}",
        Kind.CAPACITY: f"EC2 announced that its capacity reservation ends ({notice.action})",
        Kind.HEALTH: f"AWS Health scheduled {notice.action}",
    }
    return words[notice.kind]


def _minute(time: datetime | None) -> str:
    return moment(time) if time else "no time"
