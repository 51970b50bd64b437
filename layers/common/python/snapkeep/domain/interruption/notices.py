"""Notices about one instance: what will happen, who says so, and how much time it leaves.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SPOT_NOTICE = timedelta(seconds=120)
"""The time from a spot interruption warning until the instance is stopped or terminated."""

HEALTH_LEAD = timedelta(hours=1)
"""How long before a scheduled AWS Health event its node is emptied; the event is announced weeks ahead."""

GONE_WITHIN = timedelta(minutes=10)
"""If an instance still runs this long after its deadline, it was not interrupted after all."""

DYING_STATES = ("shutting-down", "terminated", "stopping", "stopped")


class Kind(StrEnum):
    """The kind of event behind a notice."""

    SPOT = "spot"
    REBALANCE = "rebalance"
    LIFECYCLE = "lifecycle"
    STATE = "state"
    CAPACITY = "capacity"
    HEALTH = "health"


class Standing(StrEnum):
    """Whether a notice still leaves time."""

    OPEN = "open"
    IN_TIME = "in time"
    TOO_LATE = "too late"


@dataclass(frozen=True, order=True)
class Hook:
    """An Auto Scaling lifecycle action that waits for an answer."""

    group: str
    name: str
    token: str


@dataclass(frozen=True)
class Notice:
    """One notice about one instance.

    `key` is the same for every copy of the notice, whichever way it came. `subject` is the same for a notice
    and its withdrawal. `action` is what the event says will happen or, for a state change, the new state;
    empty where the event names none. `deadline` is the earliest moment at which it may happen, None where the
    event carries no time; `window_end` is the latest time at which a scheduled change is over, None where the
    event names none.
    """

    key: str
    kind: Kind
    instance: str
    announced_at: datetime
    action: str = ""
    deadline: datetime | None = None
    subject: str = ""
    withdrawn: bool = False
    hook: Hook | None = None
    window_end: datetime | None = None

    @property
    def in_words(self) -> str:
        """The notice in words, for a timeline."""
        end = " withdrawn" if self.withdrawn else ""
        return f"{self.kind.value} notice{end}: {self.action or self.kind.value}"

    @property
    def acts_at(self) -> datetime:
        """When it is time to act: at once, or some time before a scheduled event."""
        if self.kind is Kind.HEALTH and self.deadline:
            return max(self.announced_at, self.deadline - HEALTH_LEAD)
        return self.announced_at

    @property
    def may_come_until(self) -> datetime | None:
        """The latest time at which the announced event may still happen; None without a deadline.

        A scheduled change may begin at any moment of its window, not only at its start.
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html
        """
        if self.deadline is None:
            return None
        return (self.window_end or self.deadline) + GONE_WITHIN

    def drained_until(self, now: datetime) -> datetime | None:
        """The deadline for its pods; None if there is none, and while a window is open, because the change
        may come at any time in it.
        """
        is_open = self.deadline and self.window_end and self.deadline <= now < self.window_end
        return None if is_open else self.deadline

    @property
    def is_dying(self) -> bool:
        """True when EC2 reported that the instance is going down, or is down."""
        return self.kind is Kind.STATE and self.action in DYING_STATES

    @property
    def is_running(self) -> bool:
        """True when EC2 reported that the instance runs."""
        return self.kind is Kind.STATE and self.action == "running"

    def standing(self, now: datetime) -> Standing:
        """Open without a deadline; too late from the second of the deadline, or of the window's end."""
        if self.deadline is None:
            return Standing.OPEN
        return Standing.IN_TIME if now < (self.window_end or self.deadline) else Standing.TOO_LATE


def spot_deadline(action: str, announced_at: datetime) -> datetime:
    """When the instance goes away. Hibernation begins at once; `stop` and `terminate` leave two minutes."""
    return announced_at if action == "hibernate" else announced_at + SPOT_NOTICE
