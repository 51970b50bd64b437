"""What a source needs to have its points copied by a vault in another account, and what that vault needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.copies.places import Place
    from snapkeep.domain.copies.requests import CopyAnswer, CopyRequest
    from snapkeep.domain.points import Snapshot
    from snapkeep.domain.vault.asked import StoredRequest
    from snapkeep.domain.vault.vault import VaultSource


class Shares(Protocol):
    """Who may copy our snapshots."""

    def share(self, snapshot_id: str, account: str) -> None:
        """Let an account copy a snapshot; one that already may is success. Raises NotFound."""

    def unshare(self, snapshot_id: str, account: str) -> None:
        """Take that back; a snapshot that is gone or not shared is success."""

    def shared_with(self, account: str) -> Iterator[Snapshot]:
        """Our snapshots that an account may copy."""


class Vaults(Protocol):
    """The buses of vaults."""

    def ask(self, place: Place, request: CopyRequest) -> None:
        """Ask the vault of a place for a copy. Raises TemporaryError when its bus does not take the request;
        another request may be taken."""


class SharedSnapshots(Protocol):
    """Snapshots of other accounts."""

    def shared(self, region: str, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Those of these snapshots in a Region that EC2 shows us, by id, without their tags, which only their
        owner sees. Others are gone, or no longer shared with us."""


class Sources(Protocol):
    """The buses of sources."""

    def answer(self, source: VaultSource, answer: CopyAnswer) -> None:
        """Tell a source what became of a request. Raises TemporaryError when its bus does not take the
        answer."""


class VaultRequests(Protocol):
    """What sources asked of a vault and it has not answered."""

    def keep(self, asked: StoredRequest) -> None:
        """Keep a request, instead of an earlier one for the same point, for three days at most; and remember
        when the source was heard last."""

    def waiting(self, source: str) -> Iterator[StoredRequest]:
        """The requests of a source that are not answered, by the ids of their points."""

    def request(self, source: str, point: str) -> StoredRequest | None:
        """The request for a point, or None."""

    def drop(self, asked: StoredRequest) -> None:
        """Forget a request that was answered; one that arrived meanwhile stays."""

    def heard(self, source: str) -> datetime | None:
        """When a source last asked for anything (aware UTC); None if that is unknown."""
