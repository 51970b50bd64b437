"""Announces refusals of the brake, at once and every week."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import RetentionNews
from snapkeep.ports.prunes import Refusals

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TellRefusals:
    """Announces refusals and remembers when it did."""

    refusals: Refusals
    announcer: RetentionNews
    clock: Clock

    def tell(self, refusals: Sequence[Refusal]) -> None:
        """Announce refusals, and remind people of open ones. A failed announcement is repeated at the next
        pass."""
        now = self.clock()
        for item in refusals:
            if not item.is_due(now):
                continue
            try:
                self.announcer.prune_braked(item)
                self.refusals.write_refusal(replace(item, announced_at=now))
            except SnapkeepError as error:
                log.warning("refusal %s of %s was not announced: %s", item.token, item.cluster, error.reason)
