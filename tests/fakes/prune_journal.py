"""The part of the journal in memory that knows pruning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.deletions import (
    Announced,
    Deletion,
    DeletionStep,
    LastPrune,
    PruneLease,
)
from snapkeep.domain.retention.history import RetentionVersion
from tests.fakes.faults import Faults


class MemoryPruneRecords(Faults):
    """Deletions, last prunes and retentions in dicts; every method is one atomic step."""

    def __init__(self) -> None:
        super().__init__()
        self.deletions: dict[str, Deletion] = {}
        self.ended: dict[str, str] = {}
        self.away: dict[str, Absence] = {}
        self._prunes: dict[str, LastPrune] = {}
        self._sweeps: dict[str, datetime] = {}
        self._refusals: dict[tuple[str, str], Refusal] = {}
        self._prune_leases: dict[str, PruneLease] = {}
        self._told: dict[str, Announced] = {}
        self._gone: dict[str, dict[str, datetime]] = {}
        self._retentions: dict[tuple[str, str], tuple[RetentionVersion, ...]] = {}

    def intend_deletions(self, deletions: Sequence[Deletion]) -> Sequence[str]:
        self._before("intend_deletions")
        for deletion in deletions:
            self.deletions.setdefault(deletion.snapshot_id, deletion)
        self._after("intend_deletions")
        return ()

    def open_deletions(self, cluster: str) -> Iterator[Deletion]:
        self._before("open_deletions")
        yield from [item for item in self.deletions.values() if item.cluster == cluster]

    def move_deletion(self, snapshot_id: str, step: DeletionStep) -> None:
        self._before("move_deletion")
        if snapshot_id in self.deletions:
            self.deletions[snapshot_id] = replace(self.deletions[snapshot_id], step=step)
        self._after("move_deletion")

    def end_deletion(self, snapshot_id: str, outcome: str, now: datetime) -> None:
        self._before("end_deletion")
        if self.deletions.pop(snapshot_id, None):
            self.ended[snapshot_id] = outcome
        self._after("end_deletion")

    def knows_deletion(self, snapshot_id: str) -> bool:
        self._before("knows_deletion")
        return snapshot_id in self.deletions or snapshot_id in self.ended

    def write_absences(self, absences: Sequence[Absence]) -> None:
        self._before("write_absences")
        self.away |= {absence.snapshot_id: absence for absence in absences}
        self._after("write_absences")

    def absences(self, snapshot_ids: Sequence[str]) -> Mapping[str, Absence]:
        self._before("absences")
        return {name: self.away[name] for name in snapshot_ids if name in self.away}

    def last_prune(self, cluster: str) -> LastPrune | None:
        self._before("last_prune")
        return self._prunes.get(cluster)

    def write_last_prune(self, prune: LastPrune) -> None:
        self._before("write_last_prune")
        self._prunes[prune.cluster] = prune
        self._after("write_last_prune")

    def last_sweep(self, cluster: str) -> datetime | None:
        self._before("last_sweep")
        return self._sweeps.get(cluster)

    def write_last_sweep(self, cluster: str, at: datetime) -> None:
        self._before("write_last_sweep")
        self._sweeps[cluster] = at
        self._after("write_last_sweep")

    def refusals(self, cluster: str) -> Sequence[Refusal]:
        self._before("refusals")
        found = [item for item in self._refusals.values() if item.cluster == cluster]
        return sorted(found, key=lambda refusal: (refusal.since, refusal.token))

    def write_refusal(self, refusal: Refusal) -> None:
        self._before("write_refusal")
        self._refusals[refusal.cluster, refusal.token] = refusal
        self._after("write_refusal")

    def remove_refusal(self, cluster: str, token: str) -> None:
        self._before("remove_refusal")
        self._refusals.pop((cluster, token), None)
        self._after("remove_refusal")

    def lease_prune(self, lease: PruneLease, now: datetime) -> PruneLease:
        self._before("lease_prune")
        held = self._prune_leases.get(lease.cluster)
        if held and held.owner != lease.owner and held.until > now:
            return held
        self._prune_leases[lease.cluster] = lease
        self._after("lease_prune")
        return lease

    def release_prune(self, cluster: str, owner: str) -> None:
        self._before("release_prune")
        held = self._prune_leases.get(cluster)
        if held and held.owner == owner:
            del self._prune_leases[cluster]
        self._after("release_prune")

    def announced(self, cluster: str) -> Announced:
        self._before("announced")
        return self._told.get(cluster, Announced(cluster))

    def record_announced(self, told: Announced) -> None:
        self._before("record_announced")
        self._told[told.cluster] = told
        self._after("record_announced")

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        self._before("gone_claims")
        return dict(self._gone.get(cluster, {}))

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        self._before("write_gone_claims")
        self._gone[cluster] = dict(since)
        self._after("write_gone_claims")

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        self._before("retention_history")
        return self._retentions.get((cluster, policy), ())

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        self._before("write_retention_history")
        self._retentions[cluster, policy] = tuple(history)
        self._after("write_retention_history")
