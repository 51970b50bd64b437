"""Brings the archived point of a restore back before its claim is created, and keeps it back until that is
bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from snapkeep.domain.archive.returns import Return
from snapkeep.domain.archive.tiers import LONGEST_RETURN
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.ports.clock import Clock
from snapkeep.ports.restores import Restores
from snapkeep.services.restore.carry_out import Restore

GIVE_UP_RETURN = timedelta(days=7)
"""A point that is not back by then fails its restore; EC2 promises 72 hours."""


class BringsBack(Protocol):
    """Brings snapshots back from the archive tier, step by step."""

    def run(self, snapshot_id: str) -> Return:
        """Begin to bring it back, look how far that is, or prolong its stay. Raises NotFound, and
        PermanentError when it can never be brought back."""


@dataclass(frozen=True, slots=True)
class ReturnPoints:
    """Does so for restores whose points are or were in the archive tier; each step may be repeated."""

    tiers: BringsBack
    restore: Restore
    restores: Restores
    clock: Clock

    def step(self, operation: RestoreOperation) -> RestoreOperation:
        """Hold the point, then take the next step; once it is back, the claim is created.

        A permanent error fails the restore. Raises TemporaryError for what the next pass tries again.
        """
        try:
            operation = self.restore.renew(operation)
            found = self.tiers.run(operation.snapshot_id)
        except PermanentError as error:
            return self.restore.fail(operation, error.reason)
        now, point = self.clock(), f"recovery point {operation.point_id}"
        if found.usable:
            back = operation.happened(now, f"{point} is {found.words}", Stage.ACCEPTED)
            return self.restore.resume(self.restores.write_restore(replace(back, awaits="")))
        if now - operation.last_step_at > GIVE_UP_RETURN:
            late = f"{point} did not come back in {GIVE_UP_RETURN.days} days: {found.words}"
            return self.restore.fail(operation, late)
        return self._noted(operation, f"{point}: {found.words}")

    def keep_back(self, operation: RestoreOperation) -> str:
        """Let the point of a waiting claim stay longer when it would soon go back to the archive tier.

        One that was at hand is brought back, too: it may have been on its way there, which nobody can cancel,
        when the restore was accepted. Returns why no volume can be made from it now, "" when one can.
        """
        if operation.place and not operation.archived:
            return ""
        try:
            found = self.tiers.run(operation.snapshot_id)
        except NotFound:
            if operation.archived:
                raise
            return ""  # of a point that was at hand, the claim itself says what is wrong
        went = "went back" if operation.archived else "went"
        return "" if found.usable else f"its recovery point {went} to the archive tier: {found.words}"

    def is_slow(self, operation: RestoreOperation) -> bool:
        """True for a restore whose point should be back."""
        waits = operation.stage is Stage.BRINGING_BACK
        return waits and self.clock() - operation.last_step_at > LONGEST_RETURN

    def _noted(self, operation: RestoreOperation, words: str) -> RestoreOperation:
        """The restore with what it waits for, which its timeline names once."""
        if operation.awaits == words:
            return operation
        first = operation if operation.awaits else operation.happened(self.clock(), words)
        return self.restores.write_restore(replace(first, awaits=words))
