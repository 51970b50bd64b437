"""Publishes what became of copies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.events import EventAnnouncer
from snapkeep.adapters.aws.metrics import count, emit
from snapkeep.domain.metrics import SERVICE, Metric
from snapkeep.domain.report.announcements import Event

if TYPE_CHECKING:
    from snapkeep.domain.copies.records import CopyRecord


class CopyAnnouncer(EventAnnouncer):
    """Publishes copies' events to the same bus; their troubles are published like all others."""

    def copy_ready(self, record: CopyRecord) -> None:
        """Publish that a copy is complete, whether only changed blocks moved (None: unknown), and why it is
        not locked ("" when it is, or need not be)."""
        count(Metric.COPIES_READY, 1, record.cluster, record.policy, record.place)
        self.put(
            Event.COPY_READY,
            {
                "cluster": record.cluster,
                "policy": record.policy,
                "namespace": record.namespace,
                "claim": record.claim,
                "point": record.point_id,
                "source": record.source,
                "place": record.place,
                "region": record.region,
                "snapshot": record.snapshot_id,
                "taken": record.taken.isoformat(),
                "incremental": record.incremental,
                "not_locked": record.lock_reason,
            },
        )
        if record.lock_reason:
            count(Metric.POINTS_NOT_LOCKED, 1, record.cluster, record.policy)

    def copy_failed(self, record: CopyRecord) -> None:
        """Count a failed attempt; people are notified once the copy is given up."""
        count(Metric.COPIES_FAILED, 1, record.cluster, record.policy, record.place)

    def copy_age(self, cluster: str, policy: str, place: str, age: timedelta) -> None:
        count(Metric.COPY_AGE, age.total_seconds(), cluster, policy, place)

    def copies_late(self, cluster: str, place: str, claims: int) -> None:
        by_place = {"service": SERVICE, "cluster": cluster, "place": place}
        emit(Metric.COPIES_LATE, claims, by_place, also={"service": SERVICE})
