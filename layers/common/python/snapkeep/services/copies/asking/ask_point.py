"""Asks a vault for the copy of one point: hold it, journal the intent, share it, ask, journal that."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from snapkeep.domain.copies.copies import Source, read_source
from snapkeep.domain.copies.records import CopyRecord, new_record
from snapkeep.domain.copies.requests import request_for
from snapkeep.domain.errors import NotFound, PermanentError, SnapkeepError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.news import CopyNews
from snapkeep.ports.vaults import Shares, Vaults
from snapkeep.services.copies.originals import HOLD_FOR, holder_of
from snapkeep.services.copies.turn import Turn
from snapkeep.services.restore.holds import HoldPoints

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AskPoint:
    """Asks for points of the home Region, whose snapshots are `snapshots`, one at a time.

    Every step may be repeated: sharing twice changes nothing, and a vault answers for a copy that it has.
    """

    deployment: Deployment
    snapshots: Snapshots
    holds: HoldPoints
    shares: Shares
    vaults: Vaults
    news: CopyNews
    clock: Clock

    def begin(self, turn: Turn, source: Source, rule: str, known: CopyRecord | None) -> CopyRecord:
        """Ask for a point that the rule of that policy wants; returns its record.

        Raises TemporaryError when the vault's bus takes no request; the record says that it may have.
        """
        record = known or new_record(turn.place, source, rule)
        until = self.clock() + HOLD_FOR
        reason = f"{turn.place.name} is asked to copy it"
        try:
            self.holds.hold(source.snapshot_id, holder_of(turn.place.name), reason, until)
        except NotFound as error:
            return self.fail(turn, record, error.reason, for_good=True)
        return self.again(turn, turn.write(record.intended(self.clock())))

    def again(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """Ask for what an open record is about; returns the record.

        Raises TemporaryError when the point cannot be shared for now or the vault's bus takes no request.
        """
        try:
            snapshot = self._present(record.source)
            self.shares.share(snapshot.id, turn.place.account)
        except PermanentError as error:
            return self.fail(turn, record, error.reason, for_good=isinstance(error, NotFound))
        home = self.deployment.clusters[0].region
        now = self.clock()
        self.vaults.ask(turn.place, request_for(self.deployment.name, turn.place.name, home, snapshot, now))
        turn.report.started.append(record.point_id)
        return turn.write(record.requested(now))

    def fail(self, turn: Turn, record: CopyRecord, reason: str, *, for_good: bool = False) -> CopyRecord:
        """End an attempt: nothing stays shared, and the point is released."""
        failed = record.failed(reason, self.clock(), for_good=for_good)
        self.unshare(turn, failed)
        self.news.copy_failed(failed)
        failed = turn.write(failed)
        turn.report.failed[record.point_id] = reason
        self.let_go(failed)
        return failed

    def end_elsewhere(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """End a request to an account where the place no longer is.

        Raises what EC2 refuses while the point stays shared: no sweep looks into that account.
        """
        account = record.account or turn.place.account
        if not self._is_asked_elsewhere(turn, record, account):
            self.shares.unshare(record.source, account)
        return self.fail(turn, record, f"{turn.place.name} is no longer in account {account}")

    def drop(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """End what somebody cancelled: nothing stays shared. What the vault has by then is the vault's."""
        self.unshare(turn, record)
        dropped = turn.write(record.dropped(self.clock(), "cancelled before the vault had it"))
        self.let_go(dropped)
        return dropped

    def unshare(self, turn: Turn, record: CopyRecord) -> None:
        """Stop sharing the point of a record, unless another vault in that account is asked for it; if that
        fails, the sweep does it later."""
        account = record.account or turn.place.account
        try:
            if not self._is_asked_elsewhere(turn, record, account):
                self.shares.unshare(record.source, account)
        except SnapkeepError as error:
            log.warning("%s is still shared: %s", record.source, error.reason)

    def let_go(self, record: CopyRecord) -> None:
        """Release the point of a record; a hold that stays after trouble ends by itself."""
        try:
            self.holds.release(record.source, holder_of(record.place))
        except SnapkeepError as error:
            log.warning("%s stays held for a day at most: %s", record.source, error.reason)

    def _is_asked_elsewhere(self, turn: Turn, record: CopyRecord, account: str) -> bool:
        """True if a vault in another Region of the account is asked for the point, too: one share serves
        both."""
        key = (record.cluster, record.point_id)
        others = [each.name for each in self.deployment.places if each.account == account]
        found = [turn.records.copies(name, [key]).get(key) for name in others if name != record.place]
        return any(each is not None and each.stage.is_open and each.account == account for each in found)

    def _present(self, snapshot_id: str) -> Snapshot:
        """The snapshot of a point as it is now. Raises NotFound when it can no longer be copied."""
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is None or read_source(snapshot) is None:
            raise NotFound(f"{snapshot_id} is no longer a ready recovery point")
        return snapshot
