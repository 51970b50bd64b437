"""EC2's error codes for snapshots, translated into Snapkeep's errors.

https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import code_of, said, translate
from snapkeep.domain.errors import Forbidden, GroupRefused, NotFound, PermanentError, SnapkeepError, Throttled

REFUSED_FOR_NOW: dict[str, tuple[timedelta, str]] = {
    "SnapshotCreationPerVolumeRateExceeded": (
        timedelta(seconds=15),
        "EC2 allows one snapshot per volume in 15 seconds",
    ),
    "ConcurrentSnapshotLimitExceeded": (
        timedelta(seconds=60),
        "the volume has as many pending snapshots as EC2 allows (5; st1 and sc1: 1)",
    ),
    "PendingSnapshotLimitExceeded": (
        timedelta(seconds=60),
        "the account has as many pending snapshots in this Region as EC2 allows (100)",
    ),
}
"""Temporary limits: how long to wait, and a description.
https://docs.aws.amazon.com/general/latest/gr/ebs-service.html
"""

MISSING_SNAPSHOT = frozenset({"InvalidSnapshot.NotFound", "InvalidSnapshotID.NotFound"})

FORBIDDEN = frozenset({"UnauthorizedOperation", "AccessDenied"})
"""EC2's error codes when IAM refuses a call.
https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
"""


@contextmanager
def ec2_errors(doing: str) -> Iterator[None]:
    """Translate EC2's errors; `doing` begins the message and names the thing."""
    try:
        yield
    except ClientError as error:
        raise of_code(error, doing) from error
    except BotoCoreError as error:
        raise translate(error, doing) from error


@contextmanager
def group_errors(doing: str) -> Iterator[None]:
    """Like `ec2_errors`, but raises GroupRefused for permanent refusals: one by one may still work."""
    try:
        with ec2_errors(doing):
            yield
    except PermanentError as error:
        raise GroupRefused(error.reason) from error


def of_code(error: ClientError, doing: str) -> SnapkeepError:
    """Snapkeep's error for an EC2 error code."""
    code = code_of(error)
    if code in REFUSED_FOR_NOW:
        delay, meaning = REFUSED_FOR_NOW[code]
        return Throttled(f"{doing}: {meaning} ({code})", delay)
    if code in FORBIDDEN:
        return Forbidden(f"{doing}: {said(error)}")
    if code.endswith(".NotFound"):
        return NotFound(f"{doing}: {said(error)}")
    if code == "SnapshotLimitExceeded":
        return PermanentError(
            f"{doing}: the account has as many snapshots in this Region as its quota allows: "
            "raise 'Snapshots per Region' in Service Quotas or delete some"
        )
    return translate(error, doing)
