"""Brings a snapshot back from the archive tier for a restore, and keeps it there while the restore lasts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from snapkeep.domain.archive.returns import BRINGING_BACK, DAYS, Return, return_of
from snapkeep.domain.archive.tiers import TierStatus
from snapkeep.domain.errors import Forbidden, NotFound, PermanentError, SnapkeepError, Throttled
from snapkeep.ports.clock import Clock
from snapkeep.ports.tiers import Tiers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BringBack:
    """Brings snapshots back for some days, step by step: every call looks first, so a call that is repeated
    after a crash or a lost answer begins nothing twice."""

    tiers: Tiers
    clock: Clock

    def look(self, snapshot_id: str) -> Return:
        """Where a snapshot stands; changes nothing. Raises NotFound when EC2 knows no such snapshot."""
        return return_of(self._status(snapshot_id), self.clock())

    def run(self, snapshot_id: str) -> Return:
        """Take the next step, and return where the snapshot then stands.

        Begins to bring it back, or prolongs its stay if it would soon go back. Call it again (every few
        minutes) while the restore lasts. Raises NotFound when EC2 knows no such snapshot, and PermanentError
        when it can never be brought back.
        """
        status = self._status(snapshot_id)
        found = return_of(status, self.clock())
        if found.usable:
            return self._prolonged(snapshot_id, found)
        if status.is_being_archived or status.is_coming_back:
            return found
        return self._begun(snapshot_id, found)

    def _status(self, snapshot_id: str) -> TierStatus:
        status = self.tiers.tiers([snapshot_id]).get(snapshot_id)
        if status is None:
            raise NotFound(f"EC2 knows no snapshot {snapshot_id}")
        return status

    def _begun(self, snapshot_id: str, found: Return) -> Return:
        try:
            self.tiers.bring_back(snapshot_id, DAYS)
        except Throttled as error:
            return replace(
                found, words=f"{found.words}; EC2 brings back no more snapshots for now: {error.reason}"
            )
        except (NotFound, Forbidden):
            raise
        except PermanentError:
            again = self.look(snapshot_id)
            if again == found:
                raise
            return again  # somebody else has begun it meanwhile
        return Return(False, f"{BRINGING_BACK}, which takes up to 72 hours")

    def _prolonged(self, snapshot_id: str, found: Return) -> Return:
        """A snapshot that is back stays longer; trouble with that is left to the next call."""
        if not found.ends_soon(self.clock()):
            return found
        try:
            self.tiers.bring_back(snapshot_id, DAYS)
            return self.look(snapshot_id)
        except SnapkeepError as error:
            log.warning("%s does not stay longer yet: %s", snapshot_id, error.reason)
            return found
