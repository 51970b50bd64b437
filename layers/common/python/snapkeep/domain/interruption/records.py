"""The journal's record of an incident: what was announced, what was done, and how much time was left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.interruption.incidents import Incident, incident
from snapkeep.domain.interruption.notices import Hook, Notice
from snapkeep.domain.interruption.saves import FRESH

MOST_MOMENTS = 200
"""Lines of a timeline; what comes after says nothing new, and an item of the journal holds 400 KB."""


@dataclass(frozen=True)
class Moment:
    """A line of the timeline. `left` is the seconds to the deadline as it was known then, if it was."""

    at: datetime
    text: str
    left: float | None = None


@dataclass(frozen=True)
class IncidentRecord:
    """One instance that is dying, or was said to be.

    `ours` says that the cordon is ours. `run` and `saved_at` belong to the last snapshots taken for it.
    `answered` are tokens of lifecycle actions that were completed. `again` is when the next look is due.
    """

    instance: str
    cluster: str
    node: str
    notices: tuple[Notice, ...] = ()
    timeline: tuple[Moment, ...] = ()
    cordoned_at: datetime | None = None
    ours: bool = False
    saved_at: datetime | None = None
    run: str = ""
    drained: bool = False
    answered: tuple[str, ...] = ()
    again: datetime | None = None
    closed_at: datetime | None = None
    revision: int = 0

    @property
    def incident(self) -> Incident:
        """What its announcements make."""
        return incident(self.instance, self.notices)

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """Lifecycle actions that still wait for an answer."""
        hooks = {notice.hook.token: notice.hook for notice in self.notices if notice.hook}
        return tuple(hook for token, hook in sorted(hooks.items()) if token not in self.answered)

    def left(self, now: datetime) -> float | None:
        """Seconds to the deadline (negative once it is over), None without one."""
        deadline = self.incident.deadline
        return (deadline - now).total_seconds() if deadline else None

    def noted(self, at: datetime, text: str) -> IncidentRecord:
        """The record with a line more; the same text again adds none."""
        if any(moment.text == text for moment in self.timeline) or len(self.timeline) >= MOST_MOMENTS:
            return self
        return replace(self, timeline=(*self.timeline, Moment(at, text, self.left(at))))

    def told_of(self, notices: tuple[Notice, ...]) -> IncidentRecord:
        """The record with these announcements merged in; a closed one is opened again by news."""
        merged = incident(self.instance, (*self.notices, *notices)).notices
        news = {notice.key for notice in merged} - {notice.key for notice in self.notices}
        if not news:
            return self
        return replace(self, notices=merged, closed_at=None)

    def needs_save(self, now: datetime) -> bool:
        """True when no snapshots were taken for it in the last minutes."""
        return self.saved_at is None or now - self.saved_at >= FRESH
