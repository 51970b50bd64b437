"""The stores that prune keeps for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.retention.deletion.brake_refusals import Refusal
    from snapkeep.domain.retention.deletion.deletions import Announced, LastPrune, PruneLease
    from snapkeep.domain.retention.history import RetentionVersion


class Prunes(Protocol):
    """Who prunes a cluster now, when that was done last, and what was said about it."""

    def lease_prune(self, lease: PruneLease, now: datetime) -> PruneLease:
        """Take the lease of a cluster's prune unless another owner's has not ended; the one that holds."""

    def release_prune(self, cluster: str, owner: str) -> None:
        """Give the lease of a cluster's prune back; somebody else's stays."""

    def last_prune(self, cluster: str) -> LastPrune | None:
        """The last prune of a cluster whose plan was let through."""

    def write_last_prune(self, prune: LastPrune) -> None:
        """Journal that the plan of a prune was let through."""

    def last_sweep(self, cluster: str) -> datetime | None:
        """When a sweep of a cluster came to its end last; None while nobody journaled any."""

    def write_last_sweep(self, cluster: str, at: datetime) -> None:
        """Journal that a sweep of a cluster came to its end."""

    def announced(self, cluster: str) -> Announced:
        """What the world was told of a cluster last; nothing yet is an empty one."""

    def record_announced(self, told: Announced) -> None:
        """Journal what the world was told of a cluster."""


class Refusals(Protocol):
    """What the brake refused and nobody confirmed yet."""

    def refusals(self, cluster: str) -> Sequence[Refusal]:
        """The open refusals of the brake in a cluster, oldest first."""

    def write_refusal(self, refusal: Refusal) -> None:
        """Journal a refusal; it replaces the one of its token. A crash may leave names that it lost."""

    def remove_refusal(self, cluster: str, token: str) -> None:
        """Forget a refusal; one that is gone already is no error."""


class Retentions(Protocol):
    """The retentions that prune saw, and the claims that it found deleted."""

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        """The retentions that prune saw for a policy, oldest first."""

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        """Replace what is known of a policy's retentions."""

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        """The claims (UIDs) of a cluster that prune found deleted, and since when (aware UTC)."""

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        """Replace what is known of a cluster's deleted claims."""
