"""A link to an archive and to its manifest, which need no signature until they expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.objects.saved import Saved


@dataclass(frozen=True, slots=True)
class ArchiveLinks:
    """Links to what was saved of a namespace in a run; they expire at `expires_at` (aware UTC). `secrets` is
    "" if no Secrets were saved; what it links to stays encrypted."""

    saved: Saved
    archive: str
    manifest: str
    expires_at: datetime
    secrets: str = ""
