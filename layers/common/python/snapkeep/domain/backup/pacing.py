"""How fast snapshots may be created: a token bucket and a limit on what is pending.

EC2 keeps such a bucket for each account, Region and API, and refuses new snapshots while too many are
pending. Snapkeep keeps its own, smaller one, which leaves room in EC2's for everybody else.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast snapshots may be created per account and Region, and how many may be pending.

    Defaults are half of what EC2 allows (bucket 100, refill 5 per second, 100 pending), because
    the CSI driver and everybody else in the account share them.
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
    """

    per_second: float = 2.5
    burst: int = 50
    pending: int = 80


PENDING_WAIT = timedelta(seconds=10)
"""How long to wait while too many snapshots are pending: a snapshot of a volume that changed little takes
seconds. If they take longer, the line still brings callers back at the steady rate.
"""

LONGEST_LINE = timedelta(minutes=14)
"""A little less than SQS can hide a job; a caller who must wait longer joins the line again."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Creates allowed at once (`tokens`, as of `at`, aware UTC) and the number of `pending` snapshots."""

    tokens: float
    at: datetime
    pending: int = 0
    line_ends: datetime | None = None
    """When the last caller in the line may create (aware UTC); in the past while tokens are left over."""


def full(pace: Pace, now: datetime) -> Bucket:
    """The bucket of an account and Region before the first create."""
    return Bucket(tokens=float(pace.burst), at=now)


def refill(bucket: Bucket, pace: Pace, now: datetime) -> Bucket:
    """The bucket with the tokens added since; a clock that was set back adds none."""
    seconds = max(0.0, (now - bucket.at).total_seconds())
    tokens = min(float(pace.burst), bucket.tokens + seconds * pace.per_second)
    return replace(bucket, tokens=tokens, at=max(now, bucket.at))


def grant(
    bucket: Bucket, pace: Pace, wanted: int, now: datetime, *, whole: bool = False
) -> tuple[Bucket, int]:
    """The bucket after the grant, and how many of the wanted creates may go now (0 … wanted).

    `whole` grants all or none, so that callers who cannot use a part do not empty the bucket for nothing.
    """
    current = refill(bucket, pace, now)
    granted = max(0, min(wanted, int(current.tokens), pace.pending - current.pending))
    if whole and granted < wanted:
        granted = 0
    return replace(current, tokens=current.tokens - granted, pending=current.pending + granted), granted


def wait(bucket: Bucket, pace: Pace, wanted: int, now: datetime) -> timedelta:
    """How long until the wanted creates may go, or a full bucket of them if they are more than that."""
    if bucket.pending >= pace.pending:
        return PENDING_WAIT
    lacking = min(max(1, wanted), pace.burst) - refill(bucket, pace, now).tokens
    return timedelta(seconds=max(0.0, lacking) / pace.per_second)


def line_up(bucket: Bucket, pace: Pace, wanted: int, now: datetime) -> tuple[Bucket, timedelta]:
    """The bucket with a place in the line for the wanted creates, and how long until it is their turn.

    Places follow each other at the steady rate, so that callers come back once, and not all at the same time;
    stored tokens move the start of the line into the past. Pending snapshots delay a turn, not the line. The
    line never grows longer than LONGEST_LINE; a caller who finds it full goes to its end.
    """
    stored = refill(bucket, pace, now).tokens / pace.per_second
    begins = now - timedelta(seconds=stored)
    needed = timedelta(seconds=min(wanted, pace.burst) / pace.per_second)
    ends = min(max(bucket.line_ends or begins, begins) + needed, now + LONGEST_LINE)
    earliest = now + PENDING_WAIT if bucket.pending >= pace.pending else now
    return replace(bucket, line_ends=ends), max(ends, earliest) - now


def finished(bucket: Bucket, count: int) -> Bucket:
    """The bucket after `count` pending snapshots ended; `pending` never goes below 0."""
    return replace(bucket, pending=max(0, bucket.pending - count))
