"""Finds file systems that were deleted, and since when; used only by rules that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.errors import SnapkeepError
from snapkeep.ports.efs_restores import EfsFileSystems
from snapkeep.ports.prunes import Retentions
from snapkeep.services.retention.gone_claims import GoneClaims, remembered_since


@dataclass(frozen=True, slots=True)
class FindGoneFileSystems:
    """Asks EFS for each file system that has recovery points. Implements GoneClaimsFinder."""

    file_systems: EfsFileSystems
    retentions: Retentions

    def find(
        self, cluster: str, newest: Mapping[str, datetime], now: datetime, *, rehearse: bool = False
    ) -> GoneClaims:
        """The file systems among `newest` (id to the time of its newest point) that EFS no longer has; none,
        with the reason, when EFS does not answer about each."""
        try:
            gone = {name: at for name, at in newest.items() if self.file_systems.file_system(name) is None}
        except SnapkeepError as error:
            return GoneClaims(unknown=error.reason)
        return remembered_since(self.retentions, cluster, gone, now, rehearse=rehearse)
