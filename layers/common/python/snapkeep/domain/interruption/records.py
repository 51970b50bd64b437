"""The journal's record of an incident: the notices, what was done, and how much time was left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.interruption.incidents import Incident, incident
from snapkeep.domain.interruption.notices import Hook, Kind, Notice
from snapkeep.domain.interruption.rules import NodeRules, Snapshotting
from snapkeep.domain.interruption.saves import FRESH
from snapkeep.domain.interruption.urgency import LIFECYCLE_LIMIT

MOST_MOMENTS = 200
"""How many timeline entries are kept, the newest: an item of the journal holds 400 KB."""


@dataclass(frozen=True)
class TimelineEntry:
    """An entry of the timeline. `seconds_left` are those to the deadline as known then, None without one."""

    at: datetime
    text: str
    seconds_left: float | None = None


@dataclass(frozen=True)
class IncidentRecord:
    """One instance that is going away, or was announced to.

    `ours` says that the cordon is Snapkeep's. `run` and `saved_at` belong to the last snapshots taken for it.
    `answered` are tokens of lifecycle actions that need no answer from Snapkeep any more. `again` is when the
    next check is due. `closed_before` is when it was last closed, if a new notice reopened it. `undrained` is
    the key of the notice after which the responsible drainer did nothing. `unsaved` are the data volumes it
    is known to have had since the first notice, until snapshots are planned: any that remain at the end were
    missed. `unlooked` says that it should be saved but its node has not been read from the cluster yet.
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
    unlooked: bool = False
    revision: int = 0

    @property
    def incident(self) -> Incident:
        """The incident made of its notices."""
        return incident(self.instance, self.notices)

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """The lifecycle actions that still wait for an answer."""
        hooks = {notice.hook.token: notice.hook for notice in self.notices if notice.hook}
        return tuple(hook for token, hook in sorted(hooks.items()) if token not in self.answered)

    def seconds_left(self, now: datetime) -> float | None:
        """Seconds to the deadline (negative after it), None without one."""
        deadline = self.incident.deadline(now)
        return (deadline - now).total_seconds() if deadline else None

    def noted(self, at: datetime, text: str) -> IncidentRecord:
        """The record with one more entry; a repeated text adds none, unless the incident was closed in
        between.

        Entries are sorted by time, even if another function's clock is ahead or it writes first.
        """
        since = self.closed_before
        if any(moment.text == text for moment in self.timeline if since is None or moment.at > since):
            return self
        entry = TimelineEntry(at, text, self.seconds_left(at))
        timeline = sorted((*self.timeline, entry), key=lambda each: each.at)
        return replace(self, timeline=tuple(timeline[-MOST_MOMENTS:]))

    def with_notices(self, notices: tuple[Notice, ...]) -> IncidentRecord:
        """The record with these notices merged in; a new notice reopens a closed record."""
        merged = incident(self.instance, (*self.notices, *notices)).notices
        news = {notice.key for notice in merged} - {notice.key for notice in self.notices}
        if not news:
            return self
        return replace(
            self, notices=merged, closed_at=None, closed_before=self.closed_at or self.closed_before
        )

    def needs_save(self, now: datetime, since: datetime) -> bool:
        """True if no snapshots were taken since the notice (`since`), nor within the last minutes
        (`FRESH`).
        """
        return self.saved_at is None or (self.saved_at < since and now - self.saved_at >= FRESH)

    @property
    def missed(self) -> int:
        """How many volumes were not snapshotted; 1 when it is unknown whether there were any."""
        return len(self.unsaved) or int(self.unlooked)

    @property
    def why_missed(self) -> str:
        """What was not snapshotted, in words; "" if nothing was missed."""
        if self.unsaved:
            return f"{len(self.unsaved)} volumes were not snapshotted before it was gone: " + ", ".join(
                self.unsaved
            )
        if self.unlooked:
            return (
                "it is unknown whether it had data volumes: EC2 showed none at the notice, and it was gone "
                "before the cluster could be read"
            )
        return ""

    def to_be_saved(
        self, volumes: Sequence[str], rules: NodeRules, notice: Notice, now: datetime
    ) -> IncidentRecord:
        """The record with these data volumes, if no snapshots were planned for this notice yet.

        Volumes of an instance that only stops are not snapshotted. EC2 may not show all volumes yet, or no
        longer, so the record stays `unlooked` until the cluster has been read.
        """
        stops = notice.kind is Kind.STATE and notice.action in ("stopping", "stopped")
        if stops or rules.snapshot is Snapshotting.NEVER or not self.needs_save(now, notice.acts_at):
            return self
        return replace(self, unsaved=_joined(self.unsaved, volumes), unlooked=True)

    @property
    def is_untouched(self) -> bool:
        """True if nothing was done for a node that may have had volumes."""
        is_announced = any(notice.action != "terminated" for notice in self.notices)
        may_have_had = self.node or self.missed or not is_announced
        return bool(may_have_had) and self.cordoned_at is None and self.saved_at is None

    def left_behind(self, volumes: Sequence[str]) -> IncidentRecord:
        """The record with the volumes still attached to a dead node, which can no longer be saved; unchanged
        if it was saved meanwhile.

        If the instance had no node when it was announced, only volumes that Kubernetes attached count,
        because EC2 also shows the instance's other disks.
        """
        if not self.unlooked:
            return self
        known = self.unsaved if self.node else ()
        return replace(self, unsaved=_joined(known, volumes), unlooked=False)

    def saved(self) -> IncidentRecord:
        """The record once snapshots of the node's volumes are planned or no longer needed."""
        return replace(self, unsaved=(), unlooked=False)

    def hooks_end(self, now: datetime) -> datetime | None:
        """When to answer waiting lifecycle hooks even if volumes are still attached; None if no hook
        waits.
        """
        waiting = {hook.token for hook in self.hooks}
        called = [each.announced_at for each in self.notices if each.hook and each.hook.token in waiting]
        if not called:
            return None
        end = min(called) + LIFECYCLE_LIMIT
        return min(end, self.incident.deadline(now) or end)


def _joined(some: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *more)))
