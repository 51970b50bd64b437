"""Keeps for a while the points that somebody brought back from the archive tier or the Recycle Bin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.retention.deletion.absences import Absence, brought_back
from snapkeep.ports.deletions import Absences


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """Remembers which snapshots are away, and protects them from prune after they came back."""

    absences: Absences
    now: datetime

    def remember(self, away: Sequence[str]) -> None:
        """Journal the snapshots that are away now and that the journal does not yet know as away."""
        known = self.absences.absences(away) if away else {}
        new = [name for name in away if name not in known or known[name].back_at is not None]
        if new:
            self.absences.write_absences([Absence(name, self.now) for name in new])

    def protect(self, wanted: Sequence[str], rehearse: bool) -> Mapping[str, Protection]:
        """The protection of those `wanted` snapshots (none of which is away) that came back less than 72
        hours ago.

        The 72 hours begin when a snapshot is first seen back; a rehearsal journals nothing.
        """
        found = self.absences.absences(wanted) if wanted else {}
        first_seen = [replace(item, back_at=self.now) for item in found.values() if item.back_at is None]
        if first_seen and not rehearse:
            self.absences.write_absences(first_seen)
        kept = {name: brought_back(absence, self.now) for name, absence in found.items()}
        return {name: protection for name, protection in kept.items() if protection}
