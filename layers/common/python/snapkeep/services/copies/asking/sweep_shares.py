"""Ends shares that a crash left behind: a point is shared with a vault only while it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.vaults import Shares
from snapkeep.services.copies.turn import Turn


@dataclass(frozen=True, slots=True)
class SweepShares:
    """Looks at everything of ours that the vault of a turn may copy."""

    deployment: Deployment
    records: CopyRecords
    shares: Shares

    def run(self, turn: Turn) -> list[str]:
        """Unshare what is not requested now; returns the ids of those snapshots.

        The records are read as they are now, and of every place in that account: one may still be asked for
        what another has.
        """
        account = turn.place.account
        shared = list(self.shares.shared_with(account))
        if not shared:
            return []
        asked = self._asked_for(account, shared)
        ended = [snapshot.id for snapshot in shared if snapshot.id not in asked]
        for snapshot_id in ended:
            self.shares.unshare(snapshot_id, account)
        return ended

    def _asked_for(self, account: str, shared: list[Snapshot]) -> set[str]:
        keys = [(each.tags.get(tags.CLUSTER, ""), each.tags.get(tags.POINT, "")) for each in shared]
        points = [key for key in keys if all(key)]
        return {
            record.source
            for place in self.deployment.places
            if place.account == account
            for record in self.records.copies(place.name, points).values()
            if record.stage.is_open
        }
