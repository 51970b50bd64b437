"""When a create with an unknown outcome may be retried.

EC2 CreateSnapshot has no client token and DescribeSnapshots may lag by minutes, so an intent without an
outcome is retried only after a wait and several reads that found nothing.
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

from __future__ import annotations

from datetime import datetime, timedelta

from snapkeep.domain.points import Point

EMPTY_READS_NEEDED = 3
READ_SPACING = timedelta(seconds=30)


def wait_before_retry(point: Point, consistency_wait: timedelta, now: datetime) -> timedelta:
    """How long until the create may be called again; zero or less means now.

    `point` is the lead as journaled after the latest empty read. While more reads are needed the wait is at
    least `READ_SPACING`.
    """
    if point.intent_at is None:
        return timedelta()
    until_consistent = point.intent_at + consistency_wait - now
    if point.empty_reads < EMPTY_READS_NEEDED:
        return max(READ_SPACING, until_consistent / (EMPTY_READS_NEEDED - point.empty_reads))
    return until_consistent
