"""When a create with an unknown outcome may be retried.

EC2 CreateSnapshot and CopySnapshot have no client token, and DescribeSnapshots may lag by minutes, so an
intent without an outcome is retried only after a wait and several reads that found nothing.
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

EMPTY_READS_NEEDED = 3
READ_SPACING = timedelta(seconds=30)


class Intent(Protocol):
    """When a create was about to be called, and how many searches found nothing since."""

    @property
    def intent_at(self) -> datetime | None:
        """When the intent was journaled (aware UTC); None without one."""

    @property
    def empty_reads(self) -> int:
        """How many searches found nothing."""


def wait_before_retry(intent: Intent, consistency_wait: timedelta, now: datetime) -> timedelta:
    """How long until the create may be called again; zero or less means now.

    `intent` is as journaled after the latest empty read. While more reads are needed the wait is at
    least `READ_SPACING`.
    """
    if intent.intent_at is None:
        return timedelta()
    until_consistent = intent.intent_at + consistency_wait - now
    if intent.empty_reads < EMPTY_READS_NEEDED:
        return max(READ_SPACING, until_consistent / (EMPTY_READS_NEEDED - intent.empty_reads))
    return until_consistent
