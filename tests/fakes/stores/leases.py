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
        """True when somebody else holds it still."""
        return self.owner != owner and self.until > now


class Leases:
    """Leases by what they are of."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Lease] = {}

    def take(self, key: tuple[str, str], owner: str, until: datetime, now: datetime) -> bool:
        """False when somebody else holds it still."""
        held = self._all.get(key)
        if held is not None and held.bars(owner, now):
            return False
        self._all[key] = Lease(owner, until)
        return True

    def is_held(self, key: tuple[str, str], owner: str) -> bool:
        """True when it was this owner's last, ended or not."""
        return key in self._all and self._all[key].owner == owner

    def end(self, key: tuple[str, str]) -> None:
        """Nobody holds it any more."""
        self._all.pop(key, None)
