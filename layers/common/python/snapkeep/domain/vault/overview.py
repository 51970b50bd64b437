"""A vault on one page: what it has of each source, and what needs somebody's attention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.retention.periods import EVER
from snapkeep.domain.vault.vault import VaultSource


@dataclass(frozen=True, slots=True)
class ClaimCopies:
    """The copies of one claim (known by its cluster and UID).

    `copies` are good, `pending` in progress. `newest` (aware UTC) is when the data of the newest good one was
    taken; None without one. `size_bytes` is the size of the volume.
    """

    cluster: str
    namespace: str
    claim: str
    uid: str
    copies: int
    pending: int
    newest: datetime | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SourceOverview:
    """A source of the vault.

    `unreadable` counts snapshots that carry its name and count nowhere. `heard` (aware UTC) is when it last
    asked for a copy; None if it never did. `waiting` are its requests without an answer, at most
    `MOST_COUNTED`. `troubles` are sentences for people. `unasked` says why EC2 did not show its copies.
    """

    source: VaultSource
    claims: Sequence[ClaimCopies] = ()
    failed: int = 0
    unreadable: int = 0
    heard: datetime | None = None
    waiting: int = 0
    troubles: Sequence[str] = ()
    unasked: str = ""

    @property
    def copies(self) -> int:
        """All good copies."""
        return sum(each.copies for each in self.claims)

    @property
    def pending(self) -> int:
        """All copies in progress."""
        return sum(each.pending for each in self.claims)

    @property
    def size_bytes(self) -> int:
        """The volumes of all claims together."""
        return sum(each.size_bytes for each in self.claims)

    def stalest(self, most: int) -> Sequence[ClaimCopies]:
        """So many claims at most: those without a copy, then those with the oldest newest copy."""
        return sorted(self.claims, key=_staleness)[:most]

    @property
    def newest(self) -> datetime | None:
        """When the newest data of any claim was taken."""
        return max((each.newest for each in self.claims if each.newest), default=None)


def _staleness(claim: ClaimCopies) -> tuple[datetime, str, str, str]:
    return claim.newest or EVER, claim.cluster, claim.namespace, claim.claim


MOST_COUNTED = 1000
"""More waiting requests than this are not counted."""


@dataclass(frozen=True, slots=True)
class VaultOverview:
    """All sources, as they were at that time (aware UTC).

    `left` has a sentence for each source that the config no longer names, and of which there are copies.
    """

    at: datetime
    region: str
    sources: Sequence[SourceOverview]
    left: Sequence[str] = ()


def claims_of(copies: Iterable[Copy]) -> Sequence[ClaimCopies]:
    """The claims that these copies are of, by cluster, namespace and name. Duplicates and cancelled copies
    are no copies."""
    by_claim: dict[tuple[str, str, str, str], list[Copy]] = {}
    for copy in copies:
        if copy.is_there:
            claim = copy.claim
            by_claim.setdefault((claim.cluster, claim.namespace, claim.name, claim.uid), []).append(copy)
    return [_claim(*key, some) for key, some in sorted(by_claim.items())]


def _claim(cluster: str, namespace: str, claim: str, uid: str, copies: Sequence[Copy]) -> ClaimCopies:
    good = [copy for copy in copies if copy.is_good]
    newest = max(good or copies, key=lambda copy: (copy.taken, copy.snapshot_id))
    return ClaimCopies(
        cluster,
        namespace,
        claim,
        uid,
        copies=len(good),
        pending=sum(1 for copy in copies if copy.state is CopyState.PENDING),
        newest=newest.taken if good else None,
        size_bytes=newest.size_bytes,
    )
