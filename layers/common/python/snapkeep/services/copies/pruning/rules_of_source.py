"""The rules for the copies of a vault's source: those of the vault's config, whatever the source says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.vault.vault import VaultSource
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.prunes import Retentions
from snapkeep.services.copies.place_copies import key_of
from snapkeep.services.copies.pruning.rules_there import KEPT
from snapkeep.services.retention.listing import Found
from snapkeep.services.retention.read_cluster import Known, retention_in_force
from snapkeep.services.retention.report import Progress

EVERY_POLICY = "*"
"""The name under which the journal remembers a source's retention, which no policy can have."""


@dataclass(frozen=True, slots=True)
class RulesOfSource:
    """Implements RulesThere. Every policy name that its copies carry has the retention of the source."""

    source: VaultSource
    timezone: str
    records: CopyRecords
    retentions: Retentions

    @property
    def policies(self) -> Collection[str]:
        """None: a vault names no policies, and so never calls one removed."""
        return ()

    def why_frozen(self) -> str:
        """Never: a vault does not know whether a cluster still exists."""
        return ""

    def in_force(self, found: Found, now: datetime, progress: Progress) -> Mapping[str, PolicyRetention]:
        present = RetentionVersion(self.source.retention, self.timezone, now)
        known = Known(bool(found.repeated()), bool(found.strange))
        retention = retention_in_force(self.retentions, EVERY_POLICY, present, known, progress)
        if retention is None:
            return KEPT
        return dict.fromkeys((policy for _, policy in found.lineages), replace(retention, first_come=True))

    def gone(self) -> Mapping[str, datetime]:
        """None: nothing ends because a source says so."""
        return {}

    def unknown(self, new: Sequence[Copy], now: datetime) -> frozenset[str]:
        """Those without a record, which the vault writes before it copies."""
        records = self.records.copies(self.source.name, [key_of(copy) for copy in new]) if new else {}
        return frozenset(copy.snapshot_id for copy in new if key_of(copy) not in records)
