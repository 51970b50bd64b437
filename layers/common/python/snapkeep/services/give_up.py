"""Counts what a scheduled function gave up on in one pass, and reports what lasts."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import GivenUpNews
from snapkeep.ports.troubles import Troubles, UnreadableRecords
from snapkeep.services.tell_troubles import TellTroubles

UNREADABLE = (
    "this version cannot read it and skips it; if a newer version was deployed earlier, deploy that one again"
)
"""Why work on a journal record was given up; the log has the details."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Reports the end of a function's pass; `patience` is how long trouble may last before it is reported."""

    troubles: Troubles
    unreadable: UnreadableRecords
    news: GivenUpNews
    clock: Clock
    function: str
    patience: timedelta

    def report(
        self,
        parts: Mapping[str, str],
        cluster: str = "",
        unseen: Collection[str] | None = (),
    ) -> dict[str, str]:
        """Count all parts given up in this pass (subject to reason), and report those that last.

        A pass over one cluster names it. Unreadable journal records count as parts, and so does a failure to
        report; all parts are returned. `unseen` are the parts that an interrupted pass never reached (None:
        all others): their troubles last as before, because otherwise each such pass would announce them
        again.
        """
        parts = {**parts, **self.unreadable_records()}
        count = len(parts)
        try:
            topic = Topic(TroubleKind.WORK_GIVEN_UP, cluster, self.function)
            known = self.troubles.troubles(topic)
            lasting = {name: item.reason for name, item in known.items() if unseen is None or name in unseen}
            TellTroubles(self.troubles, self.news, self.clock).tell(topic, lasting | parts, self.patience)
        except SnapkeepError as error:
            log.warning("could not report what %s gave up: %s", self.function, error.reason)
            count += 1
        self.news.parts_given_up(self.function, count)
        return parts

    def unreadable_records(self) -> dict[str, str]:
        """The unreadable records that were skipped since the last call (as parts of a pass), and why."""
        return {f"record {name}": UNREADABLE for name in self.unreadable.passed_over()}


@contextmanager
def part_of_a_pass(subject: str, given_up: dict[str, str], part: str, means: str = "") -> Iterator[None]:
    """Run one part of a pass: any error is logged with its `subject`, recorded in `given_up` under the name
    of the part (prefixed with `means`), and does not stop the other parts."""
    try:
        yield
    except Exception as error:
        given_up[part] = means + why_given_up(subject, error)


def why_given_up(subject: str, error: Exception) -> str:
    """Log why a part of a pass stopped, and return the reason; an unexpected error is logged with its
    stack."""
    if isinstance(error, SnapkeepError):
        log.warning("%s stopped: %s", subject, error.reason)
        return error.reason
    log.exception("unexpected error in %s", subject)
    return f"unexpected {type(error).__name__}"
