"""The journal's record of an incident: what was announced, what was done, and how much time was left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.interruption.incidents import Incident, incident
from snapkeep.domain.interruption.notices import Hook, Notice
from snapkeep.domain.interruption.saves import FRESH
from snapkeep.domain.interruption.urgency import LIFECYCLE_LIMIT

MOST_MOMENTS = 200
"""Lines of a timeline, the newest: an item of the journal holds 400 KB."""


@dataclass(frozen=True)
class TimelineEntry:
    """A line of the timeline. `left` is the seconds to the deadline as it was known then, if it was."""

    at: datetime
    text: str
    left: float | None = None


@dataclass(frozen=True)
class IncidentRecord:
    """One instance that is dying, or was said to be.

    `ours` says that the cordon is ours. `run` and `saved_at` belong to the last snapshots taken for it.
    `answered` are tokens of lifecycle actions that need no answer of ours any more. `again` is when the next
    look is due. `closed_before` is when it had been closed, if news opened it again. `undrained` is the key
    of the notice after which those who were to drain the node did not. `unsaved` are the data volumes that it
    had when it was said to die, until snapshots are planned: what is left at the end was missed.
    """

    instance: str
    cluster: str
    node: str
    notices: tuple[Notice, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    cordoned_at: datetime | None = None
    ours: bool = False
    saved_at: datetime | None = None
    run: str = ""
    answered: tuple[str, ...] = ()
    again: datetime | None = None
    closed_at: datetime | None = None
    closed_before: datetime | None = None
    undrained: str = ""
    unsaved: tuple[str, ...] = ()
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
        deadline = self.incident.deadline(now)
        return (deadline - now).total_seconds() if deadline else None

    def noted(self, at: datetime, text: str) -> IncidentRecord:
        """The record with a line more; the same text again adds none, unless the incident was over since."""
        since = self.closed_before
        if any(moment.text == text for moment in self.timeline if since is None or moment.at > since):
            return self
        timeline = (*self.timeline, TimelineEntry(at, text, self.left(at)))
        return replace(self, timeline=timeline[-MOST_MOMENTS:])

    def told_of(self, notices: tuple[Notice, ...]) -> IncidentRecord:
        """The record with these announcements merged in; a closed one is opened again by news."""
        merged = incident(self.instance, (*self.notices, *notices)).notices
        news = {notice.key for notice in merged} - {notice.key for notice in self.notices}
        if not news:
            return self
        return replace(
            self, notices=merged, closed_at=None, closed_before=self.closed_at or self.closed_before
        )

    def needs_save(self, now: datetime, since: datetime) -> bool:
        """True when no snapshots were taken for what asks to act `since` then, nor in the last minutes."""
        return self.saved_at is None or (self.saved_at < since and now - self.saved_at >= FRESH)

    def hooks_end(self, now: datetime) -> datetime | None:
        """When lifecycle hooks are answered although volumes are still attached; None when none waits."""
        waiting = {hook.token for hook in self.hooks}
        called = [each.announced_at for each in self.notices if each.hook and each.hook.token in waiting]
        if not called:
            return None
        end = min(called) + LIFECYCLE_LIMIT
        return min(end, self.incident.deadline(now) or end)
