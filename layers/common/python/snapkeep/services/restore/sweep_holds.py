"""Lifts holds that have ended and are in no journal any more: it was lost, and only the tags know of them.

Prune and IAM obey the tag, whatever its value, so such a snapshot would never go.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.errors import SnapkeepError, TemporaryError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.hold_tags import ended_holds
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.restore.holds import HoldPoints

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepHolds:
    """Looks at the deployment's points; with `adopt` also at all copies in the Region (`everybodys`), and
    in a vault, which has no points, at these alone."""

    deployment: Deployment
    points: Snapshots
    everybodys: Snapshots
    holds: HoldPoints
    clock: Clock

    def run(self) -> None:
        """Lift them. Trouble with one snapshot does not stop the others; TemporaryError reports it at the
        end."""
        troubles: list[str] = []
        for snapshot in self._held():
            try:
                self._lift(snapshot)
            except SnapkeepError as error:
                troubles.append(f"{snapshot.id}: {error.reason}")
        if troubles:
            raise TemporaryError(f"{len(troubles)} holds have ended and stay, the first of {troubles[0]}")

    def _lift(self, snapshot: Snapshot) -> None:
        ended = ended_holds(snapshot.tags[tags.HOLD], self.clock())
        if not ended or self.holds.holds.holds(snapshot.id):
            return
        log.warning("%s is held by %s, which is over and in no journal", snapshot.id, ", ".join(ended))
        for holder in ended:
            self.holds.release(snapshot.id, holder)

    def _held(self) -> Iterator[Snapshot]:
        """The snapshots with a hold; the tags that copies still carry for a driver come off first."""
        is_vault = self.deployment.vault is not None
        yield from () if is_vault else self.points.held("true")
        lent = {driver.mark for driver in DRIVERS.values()}
        for copy in self.everybodys.held(COPY) if is_vault or self.deployment.adopt else ():
            if not lent & copy.tags.keys():
                yield copy
