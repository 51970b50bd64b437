"""A request may be dated by the sandbox's clock.

AWS: a request dated more than five minutes (fifteen for some services) from the service's time is refused
(Signature Version 4, RequestTimeTooSkewed), and so is an S3 link dated in the future.
ministack: compares with the machine's time only. A function that follows a sandbox clock running ahead signs
with that clock; people and tests sign with the machine's. Both pass, anything else is refused.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core import sigv4
from ministack.services import s3

from sandbox.aws.private import require
from sandbox.aws.world import World

SKEW = timedelta(minutes=15)
REFUSED = 403


def install(world: World) -> None:
    """Run ministack's checks a second time, with the sandbox's time."""
    require(sigv4, "request_time_failure")
    require(s3, "_presign_time_error")
    check, check_link = sigv4.request_time_failure, s3._presign_time_error

    def request_time_failure(signature: Any, *, now: Any = None) -> Any:
        failure = check(signature, now=now)
        return failure and check(signature, now=world.clock.now())

    def presign_time_error(signed_at: str, expires: str, path: str) -> Any:
        failure = check_link(signed_at, expires, path)
        if failure and failure[0] == REFUSED and _read(signed_at) <= world.clock.now() + SKEW:
            return None
        return failure

    sigv4.request_time_failure = request_time_failure
    s3._presign_time_error = presign_time_error


def _read(amz_date: str) -> datetime:
    return datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
