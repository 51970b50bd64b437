"""Finds claims that are gone, and since when; used only for policies with `after_claim_deleted`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain.errors import SnapkeepError
from snapkeep.ports.kubernetes import Clusters
from snapkeep.ports.prunes import Retentions


@dataclass(frozen=True, slots=True)
class GoneClaims:
    """Claim UID to the time since which it has been gone (aware UTC); `unknown` says why that cannot be
    determined now."""

    since: Mapping[str, datetime] = field(default_factory=dict)
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class RememberedGoneClaims:
    """Knows what the last prune found, for functions without a way to clusters."""

    retentions: Retentions

    def find(
        self, cluster: str, newest: Mapping[str, datetime], now: datetime, *, rehearse: bool = False
    ) -> GoneClaims:
        """The claims among `newest` that were gone when the last prune looked."""
        known = self.retentions.gone_claims(cluster)
        return GoneClaims({uid: max(known[uid], time) for uid, time in newest.items() if uid in known})


@dataclass(frozen=True, slots=True)
class FindGoneClaims:
    """Compares the claims that have points with those that a cluster lists."""

    clusters: Clusters
    retentions: Retentions

    def find(
        self, cluster: str, newest: Mapping[str, datetime], now: datetime, *, rehearse: bool = False
    ) -> GoneClaims:
        """The claims among `newest` (UID to the time of its newest point) that the cluster no longer has.

        That takes a complete listing; if it fails, no claim counts as gone, and the record stays. A rehearsal
        writes nothing.
        """
        try:
            present = set(self.clusters.open(cluster).claim_uids())
        except SnapkeepError as error:
            return GoneClaims(unknown=error.reason)
        gone = {uid: time for uid, time in newest.items() if uid not in present}
        return remembered_since(self.retentions, cluster, gone, now, rehearse=rehearse)


def remembered_since(
    retentions: Retentions, scope: str, gone: Mapping[str, datetime], now: datetime, *, rehearse: bool
) -> GoneClaims:
    """Since when those that are `gone` (with the time of their newest point) have been; journals it.

    None can have been gone since before its newest point, nor since a future time that a wrong clock once
    wrote. A rehearsal writes nothing.
    """
    known = retentions.gone_claims(scope)
    since = {name: max(min(known.get(name, now), now), time) for name, time in gone.items()}
    if since != known and not rehearse:
        retentions.write_gone_claims(scope, since)
    return GoneClaims(since)
