"""Telling of troubles: the one way in which a ring about something that lasts reaches people."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
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
    """Publishes what is new or lasts for a week, and journals it."""

    troubles: Troubles
    news: TroubleNews
    clock: Clock

    def tell(self, topic: Topic, found: Mapping[str, str], patience: timedelta = timedelta()) -> None:
        """Tell of what was `found` now (subject to reason), all of it: what is missing there is over.

        A trouble is told once it has lasted for `patience`. What the journal does not take is not published
        either: it would ring in every pass. It is marked as told after it was published, so a crash between
        the two tells it twice. What cannot be told now is told by the next call.

        Raises SnapkeepError when the journal does not answer.
        """
        now = self.clock()
        known = self.troubles.troubles(topic)
        troubles = resume(known, found, now)
        due = [trouble for trouble in troubles.values() if trouble.is_due(now, patience)]
        if due or _times(troubles) != _times(known):
            self.troubles.write_troubles(topic, troubles, now)
        told = self._publish(topic, due, len(troubles))
        if told:
            marked = {trouble.subject: replace(trouble, told_at=now) for trouble in told}
            self.troubles.write_troubles(topic, troubles | marked, now)

    def _publish(self, topic: Topic, due: Sequence[Trouble], total: int) -> Sequence[Trouble]:
        """Publish as many events as it takes to name all that is due; those that were named."""
        named = 0
        try:
            while named < len(due):
                named += self.news.trouble(topic, due[named:], total)
        except SnapkeepError as error:
            log.warning("%s of %s was not told: %s", topic.kind, topic.about, error.reason)
        return due[:named]


def _times(troubles: Mapping[str, Trouble]) -> Mapping[str, tuple[datetime, datetime | None]]:
    return {name: (trouble.since, trouble.told_at) for name, trouble in troubles.items()}
