"""Takes a driver's tags off copies when the restore that they were lent to is in no journal any more.

A deployment that is deleted and made anew, or whose journal is lost, knows nothing of its restores, while the
drivers may still delete the copies. The copy itself tells: its hold names the restore, and when that ended.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.hold_tags import ended_restores
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.restore.holds import HoldPoints
from snapkeep.services.restore.lend_tags import LendTags

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepLent:
    """Looks at copies that name clusters of the deployment; `everybodys` shows all copies in the Region."""

    deployment: Deployment
    everybodys: Snapshots
    lending: LendTags
    holds: HoldPoints
    clock: Clock

    def run(self) -> None:
        """Take the tags and the hold off every copy whose restores have all ended.

        A restore renews its hold for as long as it lasts. Tags that a person put on have no restore's hold,
        and stay. Without `adopt` nothing may be taken off: then what was lent before is told. Trouble with
        one copy does not stop the others; TemporaryError reports it at the end.
        """
        troubles: list[str] = []
        for snapshot, lent in self._lent():
            try:
                self._end(snapshot, lent)
            except SnapkeepError as error:
                troubles.append(f"{snapshot.id}: {error.reason}")
        if troubles:
            raise TemporaryError(f"{len(troubles)} copies may still carry lent tags, the first {troubles[0]}")

    def _end(self, snapshot: Snapshot, lent: Mapping[str, str]) -> None:
        ended = ended_restores(snapshot.tags.get(tags.HOLD, ""), self.clock())
        if not ended or self.lending.needed(snapshot.id):
            return
        if not self.deployment.adopt:
            keys = " ".join(f"Key={key}" for key in (*sorted(lent), tags.HOLD))
            raise PermanentError(
                f"its tags let a driver delete it and were lent to {', '.join(ended)}, which is over. Deploy "
                f"with adopt: true once more, or run aws ec2 delete-tags --resources {snapshot.id} "
                f"--tags {keys}"
            )
        log.warning("%s carries tags lent to %s, which no journal knows", snapshot.id, ", ".join(ended))
        self.lending.take_off(snapshot.id, lent)
        for holder in ended:
            self.holds.release(snapshot.id, holder)

    def _lent(self) -> Iterator[tuple[Snapshot, Mapping[str, str]]]:
        """The copies that carry the tags of a driver of our clusters, with these tags."""
        for cluster in self.deployment.clusters:
            for driver in DRIVERS.values():
                named = {tags.MANAGED: COPY, driver.cluster_key: cluster.name}
                for snapshot in self.everybodys.find(named):
                    yield snapshot, driver.tags(cluster.name)
