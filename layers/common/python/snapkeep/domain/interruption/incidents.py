"""One incident per instance, however many events about it arrive, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.interruption.notices import Kind, Notice


@dataclass(frozen=True)
class Incident:
    """All notices about an instance, in order of announcement."""

    instance: str
    notices: tuple[Notice, ...]

    @property
    def standing_notices(self) -> tuple[Notice, ...]:
        """The notices that were neither withdrawn nor superseded by a later one."""
        return tuple(notice for notice in self.notices if not notice.withdrawn and not self._replaced(notice))

    @property
    def dies_since(self) -> datetime | None:
        """When EC2 first reported the instance going down; None when it has reported it running since."""
        dying = (each for each in self.notices if each.is_dying and not self.runs_since(each))
        return min((each.announced_at for each in dying), default=None)

    def deadline(self, now: datetime) -> datetime | None:
        """The earliest deadline that still applies; None without one."""
        standing = (notice for notice in self.standing_notices if not self.runs_since(notice))
        seen = min(now, self.dies_since or now)
        deadlines = (
            notice.deadline
            for notice in standing
            if notice.deadline and notice.may_come_until and seen < notice.may_come_until
        )
        return min(deadlines, default=None)

    def runs_since(self, notice: Notice) -> bool:
        """Whether EC2 reported the instance running after the time at which this notice asked to act."""
        return any(each.is_running and each.announced_at > notice.acts_at for each in self.notices)

    @property
    def terminated(self) -> bool:
        """Whether EC2 reported it terminated, the only state an instance never comes back from."""
        return any(notice.kind is Kind.STATE and notice.action == "terminated" for notice in self.notices)

    def _replaced(self, notice: Notice) -> bool:
        """A withdrawal in the same second counts as later: a notice must exist before it can be withdrawn."""
        same = (other for other in self.notices if notice.subject and other.subject == notice.subject)
        return any((other.announced_at, other.withdrawn) > (notice.announced_at, False) for other in same)


def incident(instance: str, notices: Iterable[Notice]) -> Incident:
    """The incident made of these notices. Raises ValueError for a notice about another instance.

    Of several notices with one key, the earliest counts, so that a late duplicate does not extend the
    deadline.
    """
    kept: dict[str, Notice] = {}
    for notice in notices:
        if notice.instance != instance:
            raise ValueError(f"notice {notice.key} is about {notice.instance}, the incident about {instance}")
        kept[notice.key] = min(kept.get(notice.key, notice), notice, key=_order)
    return Incident(instance, tuple(sorted(kept.values(), key=_order)))


def _order(notice: Notice) -> tuple[object, ...]:
    deadline = notice.deadline.isoformat() if notice.deadline else "~"
    hook = (notice.hook.group, notice.hook.name, notice.hook.token) if notice.hook else ("", "", "")
    window_end = notice.window_end.isoformat() if notice.window_end else "~"
    rest = (notice.subject, notice.withdrawn, hook, window_end)
    return (notice.announced_at, notice.key, deadline, notice.kind, notice.action, *rest)
