"""One incident per instance, whatever number, order and duplicates of events tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.interruption.notices import Kind, Notice


@dataclass(frozen=True)
class Incident:
    """All that was announced of an instance, in the order in which it was announced."""

    instance: str
    notices: tuple[Notice, ...]

    @property
    def standing_notices(self) -> tuple[Notice, ...]:
        """The notices that nobody withdrew since they were announced."""
        return tuple(
            notice for notice in self.notices if not notice.withdrawn and not self._taken_back(notice)
        )

    @property
    def deadline(self) -> datetime | None:
        """The earliest deadline that stands; None when no event that stands carries one."""
        return min((notice.deadline for notice in self.standing_notices if notice.deadline), default=None)

    @property
    def terminated(self) -> bool:
        """Whether EC2 announced the end. It is the only state an instance never comes back from."""
        return any(notice.kind is Kind.STATE and notice.action == "terminated" for notice in self.notices)

    def _taken_back(self, notice: Notice) -> bool:
        return bool(notice.subject) and any(
            later.withdrawn and later.subject == notice.subject and later.announced_at >= notice.announced_at
            for later in self.notices
        )


def incident(instance: str, notices: Iterable[Notice]) -> Incident:
    """The incident these notices make. Raises ValueError for a notice of another instance.

    Of notices under one key the earliest counts, so that a copy sent later gives no more time.
    """
    kept: dict[str, Notice] = {}
    for notice in notices:
        if notice.instance != instance:
            raise ValueError(f"notice {notice.key} is about {notice.instance}, the incident about {instance}")
        kept[notice.key] = min(kept.get(notice.key, notice), notice, key=_order)
    return Incident(instance, tuple(sorted(kept.values(), key=_order)))


def merge(one: Incident, other: Incident) -> Incident:
    """Both as one: the same in either order, grouped in any way, and however often repeated."""
    return incident(one.instance, (*one.notices, *other.notices))


def _order(notice: Notice) -> tuple[object, ...]:
    deadline = notice.deadline.isoformat() if notice.deadline else "~"
    hook = (notice.hook.group, notice.hook.name, notice.hook.token) if notice.hook else ("", "", "")
    rest = (notice.subject, notice.withdrawn, hook)
    return (notice.announced_at, notice.key, deadline, notice.kind, notice.action, *rest)
