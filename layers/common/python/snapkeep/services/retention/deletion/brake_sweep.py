"""Applies the brake to a sweep: refused orphans stay, like points whose deletion was refused."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.retention.deletion.brake import LineageChange, judge, token
from snapkeep.domain.retention.deletion.brake_refusals import Kind, Refusal
from snapkeep.domain.retention.deletion.orphans import Orphan, OrphanKind
from snapkeep.ports.prunes import Refusals

log = logging.getLogger(__name__)

LATE = "snapshots"
OBJECTS = "objects of the cluster"
"""The two groups in which orphans are judged."""


@dataclass(frozen=True, slots=True)
class BrakedSweep:
    """The brake's result for a sweep: the orphans that may be deleted, the refusals, and the one that a
    person confirmed (None: none)."""

    allowed: tuple[Orphan, ...]
    refusals: tuple[Refusal, ...] = ()
    confirmed: Refusal | None = None


@dataclass(frozen=True, slots=True)
class BrakeSweep:
    """Applies the brake to a cluster's sweep. A refusal is journaled with the orphans it names and applies to
    exactly those until its token is confirmed."""

    refusals: Refusals
    cluster: str
    now: datetime

    def apply(
        self,
        going: Sequence[Orphan],
        totals: Mapping[str, int],
        gone: Collection[str],
        confirm: str,
        *,
        rehearse: bool,
    ) -> BrakedSweep:
        """Judge the orphans to delete; a rehearsal writes nothing.

        `totals` counts all things by group (`group_of`), `gone` names refused ones that no longer exist.
        """
        refusals = list(self._open(gone, rehearse=rehearse))
        confirmed = next((item for item in refusals if item.token == confirm), None)
        held = frozenset[str]().union(*(item.names for item in refusals if item is not confirmed))
        let_through = confirmed.names if confirmed else frozenset[str]()
        fresh = self._judge([item for item in going if item.name not in held | let_through], totals, held)
        if fresh and fresh.token == confirm:
            confirmed = fresh
        if fresh:
            refusals.append(fresh)
            if not rehearse:
                self.refusals.write_refusal(fresh)
        left = tuple(item for item in refusals if item is not confirmed)
        refused = frozenset[str]().union(*(item.names for item in left))
        return BrakedSweep(tuple(item for item in going if item.name not in refused), left, confirmed)

    def close(self, confirmed: Refusal | None) -> None:
        """Remove a refusal once its orphans were handled."""
        if confirmed is not None:
            self.refusals.remove_refusal(self.cluster, confirmed.token)

    def held(self) -> frozenset[str]:
        """The names of all orphans that are refused."""
        return frozenset[str]().union(*(item.names for item in self._known()))

    def _known(self) -> list[Refusal]:
        return [item for item in self.refusals.refusals(self.cluster) if item.kind is Kind.ORPHANS]

    def _open(self, gone: Collection[str], *, rehearse: bool) -> list[Refusal]:
        """The refusals without the names that are gone; an empty one is removed."""
        found = []
        for before in self._known():
            after = before.without(gone)
            if after.names:
                found.append(after)
            if rehearse or after == before:
                continue
            if after.names:
                self.refusals.write_refusal(after)
            else:
                log.info("sweep of %s: refusal %s is empty and is removed", self.cluster, before.token)
                self.refusals.remove_refusal(self.cluster, before.token)
        return found

    def _judge(
        self, going: Sequence[Orphan], totals: Mapping[str, int], held: Collection[str]
    ) -> Refusal | None:
        """Refuse each group that goes too far; orphans already refused do not raise the limit."""
        names: list[str] = []
        reasons = []
        for group, total in totals.items():
            some = tuple(item.name for item in going if group_of(item) == group)
            left = max(len(some), total - len(held))
            if judge([LineageChange(group, left, beyond=some)]).braked:
                names += some
                reasons.append(f"{len(some)} of {left} {group} would be deleted as orphans, more than 20 %")
        if not names:
            return None
        name = token(f"{self.cluster} orphans", names)
        how = f'Invoke prune with {{"orphans": true, "confirm": "{name}"}} to delete them'
        reason = f"{'; '.join(reasons)}. {how}"
        return Refusal(self.cluster, name, frozenset(names), reason, self.now, rules="", kind=Kind.ORPHANS)


def group_of(orphan: Orphan) -> str:
    """The group in which an orphan is judged."""
    return LATE if orphan.kind is OrphanKind.LATE_SNAPSHOT else OBJECTS
