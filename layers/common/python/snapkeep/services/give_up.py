"""What a scheduled function gave up in a pass: counted always, told once it lasts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
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
    "this version cannot read it and passes over it; if a newer one was deployed before, deploy that again"
)
"""Why work on a record of the journal is given up; the log says what is wrong with it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Reports the end of a pass of a function; `patience` is for how long trouble may pass by itself."""

    troubles: Troubles
    unreadable: UnreadableRecords
    news: GivenUpNews
    clock: Clock
    function: str
    patience: timedelta

    def report(self, parts: Mapping[str, str], cluster: str = "") -> dict[str, str]:
        """Count the parts that were given up (subject to reason), all of this pass, and tell what lasts.

        A pass over one cluster names it. Records of the journal that could not be read are parts, too; all
        parts are returned. That nobody could be told is one part more.
        """
        parts = {**parts, **unreadable_records(self.unreadable)}
        count = len(parts)
        try:
            topic = Topic(TroubleKind.WORK_GIVEN_UP, cluster, self.function)
            TellTroubles(self.troubles, self.news, self.clock).tell(topic, parts, self.patience)
        except SnapkeepError as error:
            log.warning("what %s gave up was not told: %s", self.function, error.reason)
            count += 1
        self.news.parts_given_up(self.function, count)
        return parts


@contextmanager
def part_of_a_pass(subject: str, given_up: dict[str, str], part: str, means: str = "") -> Iterator[None]:
    """Work on one part of a pass: whatever stops it is logged with its `subject`, noted in `given_up` under
    the name of the part (after what that `means`), and never stops the others."""
    try:
        yield
    except Exception as error:
        given_up[part] = means + why_given_up(subject, error)


def why_given_up(subject: str, error: Exception) -> str:
    """Why a part of a pass stopped, logged; of an error that nobody foresaw the log has the stack."""
    if isinstance(error, SnapkeepError):
        log.warning("%s stopped: %s", subject, error.reason)
        return error.reason
    log.exception("unexpected error in %s", subject)
    return f"unexpected {type(error).__name__}"


def unreadable_records(unreadable: UnreadableRecords) -> dict[str, str]:
    """The records (as parts of a pass) that were passed over since this was asked last, and why."""
    return {f"record {name}": UNREADABLE for name in unreadable.passed_over()}
