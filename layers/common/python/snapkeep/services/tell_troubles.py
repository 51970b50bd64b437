"""Reports troubles. Only this notifies people about something that lasts."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.troubles import Topic, Trouble, resume
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import TroubleNews
from snapkeep.ports.troubles import Troubles

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TellTroubles:
    """Publishes troubles that are new or due for a reminder, and journals them."""

    troubles: Troubles
    news: TroubleNews
    clock: Clock

    def tell(
        self,
        topic: Topic,
        found: Mapping[str, str],
        patience: timedelta = timedelta(),
        at_once: Collection[str] = (),
    ) -> dict[str, str]:
        """Report all troubles `found` now (subject to reason); a known one that is missing is over.

        A trouble is published once it has lasted for `patience`; one whose subject is in `at_once` has done
        so elsewhere. Returns those that have lasted. If the journal does not accept it, it is not
        published either, because it would notify people in every pass. It is marked as told after publishing,
        so a crash in between publishes it twice. The next call repeats what could not be published. Raises
        SnapkeepError when the journal does not answer.
        """
        now = self.clock()
        known = self.troubles.troubles(topic)
        troubles = resume(known, found, now)
        waits = {name: timedelta() if name in at_once else patience for name in troubles}
        due = [trouble for name, trouble in troubles.items() if trouble.is_due(now, waits[name])]
        if due or _times(troubles) != _times(known):
            self.troubles.write_troubles(topic, troubles, now)
        told = self._publish(topic, due, len(troubles))
        if told:
            marked = {trouble.subject: replace(trouble, told_at=now) for trouble in told}
            self.troubles.write_troubles(topic, troubles | marked, now)
        lasting = (each for each in troubles.values() if each.told_at is not None or each in due)
        return {each.subject: each.reason for each in lasting}

    def _publish(self, topic: Topic, due: Sequence[Trouble], total: int) -> Sequence[Trouble]:
        """Publish as many events as needed to name all due troubles; returns those named."""
        named = 0
        try:
            while named < len(due):
                named += self.news.trouble(topic, due[named:], total)
        except SnapkeepError as error:
            log.warning("%s of %s could not be published: %s", topic.kind, topic.about, error.reason)
        return due[:named]


def _times(troubles: Mapping[str, Trouble]) -> Mapping[str, tuple[datetime, datetime | None]]:
    return {name: (trouble.since, trouble.told_at) for name, trouble in troubles.items()}
