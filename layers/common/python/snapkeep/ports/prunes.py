"""The stores of prune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.retention.deletion.brake_refusals import Refusal
    from snapkeep.domain.retention.deletion.deletions import Announced, LastPrune, PruneLease
    from snapkeep.domain.retention.history import RetentionVersion


class Prunes(Protocol):
    """Who prunes a cluster now, the last prune and sweep, and what was announced about it."""

    def lease_prune(self, lease: PruneLease, now: datetime) -> PruneLease:
        """Take the lease of a cluster's prune unless another owner holds it; returns the lease in force."""

    def release_prune(self, cluster: str, owner: str) -> None:
        """Release the lease of a cluster's prune; another owner's stays."""

    def last_prune(self, cluster: str) -> LastPrune | None:
        """The last prune of a cluster whose plan was carried out."""

    def write_last_prune(self, prune: LastPrune) -> None:
        """Journal a prune whose plan was carried out."""

    def last_sweep(self, cluster: str) -> datetime | None:
        """When a sweep of a cluster was last completed; None before the first."""

    def write_last_sweep(self, cluster: str, at: datetime) -> None:
        """Journal that a sweep of a cluster was completed."""

    def announced(self, cluster: str) -> Announced:
        """What was last announced about a cluster; empty before the first announcement."""

    def record_announced(self, told: Announced) -> None:
        """Journal what was announced about a cluster."""


class Refusals(Protocol):
    """Open refusals of the brake."""

    def refusals(self, cluster: str) -> Sequence[Refusal]:
        """The open refusals of the brake in a cluster, oldest first."""

    def write_refusal(self, refusal: Refusal) -> None:
        """Journal a refusal; it replaces the one with its token. A crash may leave names that it no longer
        has."""

    def remove_refusal(self, cluster: str, token: str) -> None:
        """Remove a refusal; one that is already gone is no error."""


class Retentions(Protocol):
    """The retentions that prune saw, and the claims that it found deleted."""

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        """The retentions that prune saw for a policy, oldest first."""

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        """Replace the record of a policy's retentions."""

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        """The claims (UIDs) of a cluster that prune found deleted, and since when (aware UTC)."""

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        """Replace the record of a cluster's deleted claims."""
