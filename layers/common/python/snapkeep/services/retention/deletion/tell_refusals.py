"""Announces refusals of the brake, at once and every week."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.ports.journal import Journal
from snapkeep.ports.news import RetentionNews

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TellRefusals:
    """Announces refusals and remembers when it did."""

    journal: Journal
    announcer: RetentionNews
    now: datetime

    def tell(self, refusals: Sequence[Refusal]) -> None:
        """Announce refusals, and remind people of open ones. A failed announcement is repeated at the next
        pass."""
        for item in refusals:
            if not item.is_due(self.now):
                continue
            try:
                self.announcer.prune_braked(item)
                self.journal.refusals.write_refusal(replace(item, announced_at=self.now))
            except SnapkeepError as error:
                log.warning("refusal %s of %s was not announced: %s", item.token, item.cluster, error.reason)
