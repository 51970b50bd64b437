"""Telling of troubles: the one way in which a ring about something that lasts reaches people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.troubles import Topic, go_on
from snapkeep.ports import Clock, TroubleJournal, TroubleNews

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TellTroubles:
    """Publishes what is new or lasts for a week, and journals it."""

    journal: TroubleJournal
    news: TroubleNews
    clock: Clock

    def tell(self, topic: Topic, found: Mapping[str, str], patience: timedelta = timedelta()) -> None:
        """Tell of what was `found` now (subject to reason), all of it: what is missing there is over.

        A trouble is told once it has lasted for `patience`. It is published before it is journaled, so a
        crash between the two tells it twice. What cannot be told now is told by the next call.
        """
        now = self.clock()
        known = self.journal.troubles(topic)
        troubles = go_on(known, found, now)
        due = [trouble for trouble in troubles.values() if trouble.is_due(now, patience)]
        if due:
            try:
                self.news.trouble(topic, due, len(troubles))
                troubles |= {trouble.subject: replace(trouble, told_at=now) for trouble in due}
            except SnapkeepError as error:
                log.warning("%s of %s was not told: %s", topic.kind, topic.about, error.reason)
        if {name: (item.since, item.told_at) for name, item in troubles.items()} != {
            name: (item.since, item.told_at) for name, item in known.items()
        }:
            self.journal.write_troubles(topic, troubles, now)
