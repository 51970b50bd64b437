"""What prune remembers, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.deletions import (
    Announced,
    LastPrune,
    PruneLease,
)
from snapkeep.domain.retention.history import RetentionVersion
from tests.fakes.faults import Faults


class MemoryPrunes(Faults):
    """The Prunes port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._prunes: dict[str, LastPrune] = {}
        self._sweeps: dict[str, datetime] = {}
        self._prune_leases: dict[str, PruneLease] = {}
        self._told: dict[str, Announced] = {}

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

    def announced(self, cluster: str) -> Announced:
        self._before("announced")
        return self._told.get(cluster, Announced(cluster))

    def record_announced(self, told: Announced) -> None:
        self._before("record_announced")
        self._told[told.cluster] = told
        self._after("record_announced")


class MemoryRefusals(Faults):
    """The Refusals port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._refusals: dict[tuple[str, str], Refusal] = {}

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


class MemoryRetentions(Faults):
    """The Retentions port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._retentions: dict[tuple[str, str], tuple[RetentionVersion, ...]] = {}
        self._gone: dict[str, dict[str, datetime]] = {}

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        self._before("retention_history")
        return self._retentions.get((cluster, policy), ())

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        self._before("write_retention_history")
        self._retentions[cluster, policy] = tuple(history)
        self._after("write_retention_history")

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        self._before("gone_claims")
        return dict(self._gone.get(cluster, {}))

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        self._before("write_gone_claims")
        self._gone[cluster] = dict(since)
        self._after("write_gone_claims")
