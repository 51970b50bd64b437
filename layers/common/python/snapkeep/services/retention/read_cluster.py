"""Reads a cluster for prune: EC2's listing, the retention of its policies, and which claims are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapkeep.domain import tags
from snapkeep.domain.errors import UnreadableRecord
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.suspicions import protections
from snapkeep.domain.proof.unchecked import until_checked
from snapkeep.domain.retention.history import RetentionVersion, retention_of, seen, version_of
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.plan import GRACE
from snapkeep.ports.checks import Suspicions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.prunes import Prunes, Retentions
from snapkeep.ports.runs import Runs
from snapkeep.services.find_volumes import FindVolumes
from snapkeep.services.retention.gone_claims import GoneClaims
from snapkeep.services.retention.listing import Found, ListingReader
from snapkeep.services.retention.report import Progress
from snapkeep.services.retention.sync_catalogue import SyncCatalogue


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prune knows about a cluster before it decides.

    `gone` maps deleted claims (UID) to the time since which they have been gone. `catalogue` is set when it
    is time to compare the journal's catalogue with the listing.
    """

    found: Found
    policies: Mapping[str, PolicyRetention]
    gone: Mapping[str, datetime]
    catalogue: SyncCatalogue | None = None


BY_CLAIM = ("after_claim_deleted", "max_age")
"""The rules that depend on whether a claim still exists."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a listing says about the record of a policy's retention: it has been in force for a while
    (`has_points`), and its last versions may be missing (`has_gap`)."""

    has_points: bool
    has_gap: bool


def retention_in_force(
    retentions: Retentions, policy: str, present: RetentionVersion, known: Known, progress: Progress
) -> PolicyRetention | None:
    """The retention of that name in the scope, with the grace of recently replaced rules; None when it prunes
    nothing, because it or the record of it is unreadable."""
    scope = progress.cluster
    try:
        before = retentions.retention_history(scope, policy)
        history = seen(before, present, has_points=known.has_points, has_gap=known.has_gap)
        retention = retention_of(history)
    except ValueError as error:
        progress.notes.append(f"policy {policy} prunes nothing: its retention: {error}")
        return None
    except UnreadableRecord as error:
        progress.given_up[f"policy {policy}"] = error.reason
        progress.notes.append(f"policy {policy} prunes nothing: {error.reason}")
        return None
    if history != tuple(before) and not progress.dry_run:
        retentions.write_retention_history(scope, policy, history)
    return retention


class GoneClaimsFinder(Protocol):
    """Knows which claims are gone."""

    def find(
        self, cluster: str, newest: Mapping[str, datetime], now: datetime, *, rehearse: bool = False
    ) -> GoneClaims:
        """The claims among `newest` (UID to the time of its newest point) that are gone; a rehearsal writes
        nothing."""


@dataclass(frozen=True, slots=True)
class ReadCluster:
    """Reads clusters; a rehearsal writes nothing meanwhile.

    `sync_catalogue` returns the service that compares the catalogue of a cluster at that time. EC2's listing
    goes through `watch`, which may end it with an error.
    """

    deployment: Deployment
    snapshots: Snapshots
    runs: Runs
    prunes: Prunes
    retentions: Retentions
    suspicions: Suspicions
    find_volumes: FindVolumes
    find_gone_claims: GoneClaimsFinder
    sync_catalogue: Callable[[str, datetime], SyncCatalogue]
    watch: Callable[[Iterator[Snapshot]], Iterator[Snapshot]] = iter

    def read(self, now: datetime, progress: Progress, namespace: str = "") -> Reading:
        """Everything that the plan of a cluster is based on. Notes hold what people should know. With a
        `namespace` it lists only that namespace's points, which is never enough for pruning.
        """
        cluster = progress.cluster
        catalogue = self.sync_catalogue(cluster, now)
        is_compared = not progress.dry_run and catalogue.is_due()
        last, lag = self.prunes.last_prune(cluster), self.deployment.consistency_wait
        reader = ListingReader(cluster, last, lag, now)
        assert progress.dry_run or not namespace, (
            "pruning needs all points of a cluster, not those of one namespace"
        )
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster} | (
            {tags.NAMESPACE: namespace} if namespace else {}
        )
        listed = self.watch(self.snapshots.find(wanted))
        listing = reader.read(catalogue.watch(listed) if is_compared else listed)
        volumes = self.find_volumes.settled(cluster, listing.disputed)
        known_runs = self.runs.known_runs(set(listing.runs.values())) if listing.runs else ()
        found = reader.settle(listing, volumes, known_runs)
        found.protect(protections(self.suspicions.suspicions(cluster)))
        if self.deployment.checks is not None:
            found.protect(until_checked(found.lineages, found.checked, now))
        progress.notes += strange(found)
        repeated, has_gap = found.repeated(), bool(found.strange)
        policies: dict[str, PolicyRetention] = {}
        for policy in self.deployment.policies:
            if cluster in policy.clusters:
                known = Known(policy.name in repeated, has_gap)
                present = version_of(policy, now)
                retention = retention_in_force(self.retentions, policy.name, present, known, progress)
                policies |= {policy.name: retention} if retention else {}
        gone = self._gone(found.newest(), policies, now, progress)
        return Reading(found, policies, gone, catalogue if is_compared else None)

    def _gone(
        self,
        newest: Mapping[str, datetime],
        policies: Mapping[str, PolicyRetention],
        now: datetime,
        progress: Progress,
    ) -> Mapping[str, datetime]:
        """Which claims are gone, if a policy needs to know; none when the cluster cannot be read."""
        rules = [rule.retention for policy in self.deployment.policies for rule in policy.copies]
        of_copies = any(rule in block for block in rules for rule in BY_CLAIM)
        if not of_copies and not any(
            item.rules.after_claim_deleted or item.rules.max_age for item in policies.values()
        ):
            return {}
        found = self.find_gone_claims.find(progress.cluster, newest, now, rehearse=progress.dry_run)
        if found.unknown:
            progress.notes.append(
                f"after_claim_deleted and max_age wait: it is unknown which claims are gone: {found.unknown}"
            )
        return found.since


def strange(found: Found) -> list[str]:
    """The note about a journal that was restored from an old copy."""
    if not found.strange:
        return []
    return [
        f"{len(found.strange)} points since the last prune are from runs that the journal does not know, "
        f"the first {min(found.strange)}: it was restored from an old copy. They account for no deletion, "
        "and "
        f"what retention lets go is spared for {GRACE.total_seconds() / 3600:.0f} hours"
    ]
