"""Journals the intent before a snapshot is created, so that it is not created twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.backup.creation import wait_before_retry
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.points import GIVE_UP_AFTER, Point, PointState
from snapkeep.ports.clock import Clock
from snapkeep.ports.points import Creations

GAVE_UP = f"not created within {GIVE_UP_AFTER // timedelta(hours=1)} hours"


@dataclass(frozen=True, slots=True)
class Intents:
    """Journals the intents of one invocation, which holds the leads' leases as `owner`."""

    creations: Creations
    clock: Clock
    consistency_wait: timedelta
    owner: str

    def write(self, lead: Point) -> None:
        """Journal that a snapshot is about to be created for a lead (and its group).

        After an earlier intent with an unknown outcome, this requires that EC2 certainly created nothing:
        raises TemporaryError while that is uncertain, and PermanentError when the time to try is over.
        """
        if lead.state is not PointState.PLANNED:
            lead = self._look_again(lead)
        self.creations.write_intent(lead, self.owner, self.clock())

    def withdraw(self, lead: Point) -> None:
        """Journal that EC2 certainly created nothing."""
        self.creations.withdraw_intent(lead, self.owner)

    def _look_again(self, lead: Point) -> Point:
        """The lead after another read that found nothing, once there were enough of those."""
        lead = self.creations.write_empty_read(lead, self.owner, self.clock())
        wait = wait_before_retry(lead, self.consistency_wait, self.clock())
        if wait > timedelta():
            raise TemporaryError("an earlier create may still appear in EC2", wait)
        if self.clock() >= lead.give_up_at:
            raise PermanentError(f"{GAVE_UP}: EC2's answers were lost, and no snapshot appeared")
        return lead
