"""What holds for the copies of a source: the vault's own word, whatever policy a point is of."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.retention.deletion.locks import Lock
from snapkeep.domain.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class TermsOfSources:
    """Implements CopyTerms: the place of a copy is the source's name."""

    vault: Vault

    def asking(self, place: str, policy: str) -> str:
        return policy

    def lock(self, place: str, rule: str) -> Lock | None:
        source = self.vault.source(place)
        return source.lock if source else None
