"""What a source needs to have its points copied by a vault in another account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.copies.places import Place
    from snapkeep.domain.copies.requests import CopyRequest
    from snapkeep.domain.points import Snapshot


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
