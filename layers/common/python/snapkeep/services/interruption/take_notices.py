"""Takes notices about instances that are going away, and cordons all nodes before anything is journaled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from snapkeep.domain.interruption.notices import Notice
    from snapkeep.services.interruption.cordon import CordonNode
    from snapkeep.services.interruption.incidents import Handled, HandleInterruption

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class TakenNotices:
    """What the notices led to, and the errors of those that failed."""

    handled: Sequence[Handled]
    errors: Sequence[Exception]


@dataclass(frozen=True)
class TakeNotices:
    """Cordons first, then journals; one instance in trouble never stops the others.

    `handler` is called only after the cordons: building the journaling service takes time, and a node has two
    minutes.
    """

    cordoner: CordonNode
    handler: Callable[[], HandleInterruption]

    def take(self, notices: Iterable[Notice]) -> TakenNotices:
        """Act on the notices of one event. Raises the first error when no instance could be triaged."""
        seen, errors = _each(self.cordoner.look, notices)
        if not seen and errors:
            raise errors[0]
        handled, more = _each(self.handler().record, seen)
        return TakenNotices(handled, [*errors, *more])


def _each(act: Callable[[T], R], items: Iterable[T]) -> tuple[list[R], list[Exception]]:
    """The results of those that succeeded, and the errors of the others."""
    done, errors = [], []
    for item in items:
        try:
            done.append(act(item))
        except Exception as error:
            errors.append(error)
    return done, errors
