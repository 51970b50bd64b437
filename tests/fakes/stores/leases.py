"""Who may work on something, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Lease:
    """Who may work on something, and until when."""

    owner: str
    until: datetime

    def bars(self, owner: str, now: datetime) -> bool:
        """True if somebody else still holds it."""
        return self.owner != owner and self.until > now


class Leases:
    """Leases by key."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Lease] = {}

    def take(self, key: tuple[str, str], owner: str, until: datetime, now: datetime) -> bool:
        """False if somebody else still holds it."""
        held = self._all.get(key)
        if held is not None and held.bars(owner, now):
            return False
        self._all[key] = Lease(owner, until)
        return True

    def is_held(self, key: tuple[str, str], owner: str) -> bool:
        """True if this owner was the last to hold it, whether or not the lease has ended."""
        return key in self._all and self._all[key].owner == owner

    def end(self, key: tuple[str, str]) -> None:
        """Release it."""
        self._all.pop(key, None)
