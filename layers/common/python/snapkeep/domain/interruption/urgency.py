"""What the announcements of an incident ask for now: to act, to wait, or to take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.interruption.incidents import Incident
from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.rules import OnRebalance, Reaction

HEALTH_LEAD = timedelta(hours=1)
"""How long before a scheduled event of AWS Health its node is emptied: it is announced weeks ahead."""

LIFECYCLE_LIMIT = timedelta(minutes=15)
"""How long a lifecycle hook is kept waiting at most; the hook's own timeout is not in its message."""

GONE_WITHIN = timedelta(minutes=10)
"""An instance that still runs so long after its deadline was not interrupted after all."""

DYING_STATES = ("shutting-down", "terminated", "stopping", "stopped")


class Urge(StrEnum):
    """What is to be done."""

    ACT = "act"
    WAIT = "wait"
    NOTHING = "nothing"
    TAKE_BACK = "take back"


@dataclass(frozen=True)
class Urgency:
    """What to do and why; `again` is when to look again (None: when the next event comes)."""

    urge: Urge
    reason: str
    notice: Notice | None = None
    again: datetime | None = None


def urgency(incident: Incident, reaction: Reaction, now: datetime) -> Urgency:
    """What the incident asks for at `now`. The most pressing announcement that stands decides."""
    standing = [notice for notice in incident.standing_notices if _counts(notice, reaction)]
    acting = [notice for notice in standing if notice.kind is not Kind.HEALTH or _acts_at(notice) <= now]
    if acting:
        return _pressed(incident, max(acting, key=_weight), reaction, now)
    if standing:
        soonest = min(standing, key=_acts_at)
        text = (
            f"{soonest.action or soonest.kind} is set for {_minute(soonest.deadline)}; nothing to do before"
        )
        return Urgency(Urge.WAIT, f"{text} {_minute(_acts_at(soonest))}", soonest, _acts_at(soonest))
    if any(notice.kind is Kind.REBALANCE for notice in incident.standing_notices):
        return Urgency(Urge.NOTHING, "the rules ignore rebalance recommendations")
    if any(notice.withdrawn for notice in incident.notices):
        return Urgency(Urge.TAKE_BACK, "what was announced was cancelled")
    return Urgency(Urge.NOTHING, "nothing that was announced stands")


def _pressed(incident: Incident, notice: Notice, reaction: Reaction, now: datetime) -> Urgency:
    """Act, until it is plain that nothing came of it."""
    if any(each.kind is Kind.STATE and each.action == "running" for each in _after(incident, notice)):
        return Urgency(Urge.TAKE_BACK, "the instance runs again", notice)
    if any(each.kind is Kind.STATE for each in incident.standing_notices):
        return Urgency(Urge.ACT, _said(notice), notice)
    ends = (
        (notice.deadline + GONE_WITHIN) if notice.deadline else notice.announced_at + reaction.uncordon_after
    )
    if now >= ends:
        minutes = int((now - notice.announced_at).total_seconds() // 60)
        return Urgency(
            Urge.TAKE_BACK, f"{_said(notice)} {minutes} minutes ago, and nothing came of it", notice
        )
    return Urgency(Urge.ACT, _said(notice), notice, ends)


def _counts(notice: Notice, reaction: Reaction) -> bool:
    if notice.kind is Kind.REBALANCE:
        return reaction.rebalance is not OnRebalance.IGNORE
    return notice.kind is not Kind.STATE or notice.action in DYING_STATES


def _acts_at(notice: Notice) -> datetime:
    if notice.kind is Kind.HEALTH and notice.deadline:
        return max(notice.announced_at, notice.deadline - HEALTH_LEAD)
    return notice.announced_at


def _weight(notice: Notice) -> tuple[bool, float, datetime]:
    """The earliest deadline presses most; a rebalance recommendation least."""
    deadline = notice.deadline.timestamp() if notice.deadline else float("inf")
    return notice.kind is not Kind.REBALANCE, -deadline, notice.announced_at


def _after(incident: Incident, notice: Notice) -> list[Notice]:
    return [each for each in incident.notices if each.announced_at > notice.announced_at]


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
    return time.strftime("%Y-%m-%d %H:%M UTC") if time else "no time"
