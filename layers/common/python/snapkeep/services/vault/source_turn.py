"""One turn of a vault for a source: whose it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapkeep.domain.vault.vault import VaultSource
from snapkeep.domain.vault.verify import Refused
from snapkeep.services.copies.turn import PlaceReport, Turn


@dataclass(slots=True)
class SourceReport(PlaceReport):
    """What one turn did for a source, which `place` names.

    `answered` are the points it was told about, with the outcome; `refused` those that are not copied.
    """

    answered: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceTurn(Turn):
    """A turn at the place of a source."""

    source: VaultSource
    report: SourceReport
