"""Lends a driver's tags to a copy for as long as a restore needs them.

A driver may restore only from snapshots that carry its tags, and may delete those as well, so copies carry
none. The journal says which restores need them: each one journals its hold on the copy before it lends, and
its end before it takes back. Whoever takes them off looks again afterwards, so a restore that began meanwhile
does not lose them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.restores import Holds, Restores

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LendTags:
    """Puts a driver's tags on copies and takes them off; other points keep the tags that they have."""

    snapshots: Snapshots
    holds: Holds
    restores: Restores

    def lend(self, operation: RestoreOperation) -> None:
        """Put the tags of the target cluster's driver on the copy of a restore, which holds it.

        Raises TemporaryError while an earlier restore needs the copy for another cluster: a snapshot can name
        only one.
        """
        if not operation.needs_tags:
            return
        wanted = self.needed(operation.snapshot_id, operation)
        for key, value in operation.lent_tags.items():
            if wanted[key] != value:
                raise TemporaryError(
                    f"copy {operation.snapshot_id} is being restored into cluster {wanted[key]}, and a "
                    "snapshot can name one cluster only: this restore waits until that claim is bound"
                )
        self.snapshots.add_tags(operation.snapshot_id, operation.lent_tags)

    def renew(self, operation: RestoreOperation) -> None:
        """Lend the tags again if the copy lacks them: somebody may have taken them off by hand."""
        if not operation.needs_tags:
            return
        snapshot = self.snapshots.get(operation.snapshot_id)
        if snapshot is not None and not operation.lent_tags.items() <= snapshot.tags.items():
            self.lend(operation)

    def take_back(self, operation: RestoreOperation) -> None:
        """Take the tags of a restore that ended off its copy, except those that another restore needs.

        A copy that is gone, or has none of them, is success.
        """
        if not operation.place:
            return
        try:
            self.take_off(operation.snapshot_id, operation.lent_tags)
        except NotFound as error:
            log.warning("restore %s: its copy is gone: %s", operation.id, error.reason)

    def take_off(self, snapshot_id: str, lent: Mapping[str, str]) -> None:
        """Take these tags off a copy, except those that an open restore needs. Raises NotFound."""
        needed = self.needed(snapshot_id)
        over = {key: value for key, value in lent.items() if needed.get(key) != value}
        if over:
            self.snapshots.remove_tags(snapshot_id, over)
        needed = self.needed(snapshot_id)  # somebody may have begun while the tags were taken off
        if needed:
            self.snapshots.add_tags(snapshot_id, needed)

    def needed(self, snapshot_id: str, *known: RestoreOperation) -> dict[str, str]:
        """The tags that open restores of a copy need; where two differ, those of the earlier one."""
        holds = [hold for hold in self.holds.holds(snapshot_id) if hold.restore and not hold.lifted_at]
        holders = {hold.restore for hold in holds} - {each.id for each in known}
        others = [self.restores.restore(each) for each in sorted(holders)]
        found = [*known, *(each for each in others if each is not None and each.needs_tags)]
        needed: dict[str, str] = {}
        for restore in sorted(found, key=lambda each: (each.accepted_at, each.id), reverse=True):
            needed |= restore.lent_tags
        return needed
