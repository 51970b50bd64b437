"""Incidents of the cluster that samples of a report show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.records import IncidentRecord
from tests.fakes.dying import a_notice


def an_incident(
    now: datetime, instance: str = "i-03a9c8f1d2e4b5a67", hours: float = 0.1, *, closed: bool = False
) -> IncidentRecord:
    """A spot warning and the reaction to it."""
    at = now - timedelta(hours=hours)
    notice = a_notice(
        at, Kind.SPOT, instance=instance, action="terminate", deadline=at + timedelta(minutes=2)
    )
    record = IncidentRecord(instance, "myeks", "ip-10-0-3-17.ec2.internal").with_notices((notice,))
    steps = (
        (1.8, "cordoned ip-10-0-3-17.ec2.internal"),
        (6.4, "2 volumes are being snapshotted"),
        (31.0, "evicted 3 of 4 pods; shop/orders-0 is kept by budget orders"),
        (118.0, "evicted shop/orders-0"),
    )
    for seconds, text in steps:
        record = record.noted(at + timedelta(seconds=seconds), text)
    if closed:
        return replace(record, closed_at=at + timedelta(minutes=9))
    return record
