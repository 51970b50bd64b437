"""Who stores an object with a lock must be allowed to lock it.

AWS: PutObject with a retention also needs s3:PutObjectRetention, with a legal hold s3:PutObjectLegalHold
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html). Conditions see
mode, end and days of a retention (service authorization reference, "Amazon S3"). How S3 rounds days is not
documented; here they are rounded up, so that policies with no room to spare fail.
ministack: asks for s3:PutObject alone.
"""

import math
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from ministack.core import iam_actions, iam_evaluator

from sandbox.aws.private import require
from sandbox.aws.world import World

MODE, UNTIL, HOLD = (f"x-amz-object-lock-{name}" for name in ("mode", "retain-until-date", "legal-hold"))
RETENTION, LEGAL_HOLD = "s3:PutObjectRetention", "s3:PutObjectLegalHold"

_keys: ContextVar[dict[str, Any]] = ContextVar("s3_retention_keys")


def install(world: World) -> None:
    """Add the decisions that a lock needs, with their keys."""
    require(iam_actions, "_s3_action", "s3_additional_checks")
    require(iam_evaluator, "enforce")
    checks, enforce = iam_actions.s3_additional_checks, iam_evaluator.enforce

    def with_locks(method: str, path: str, headers: Any, body: bytes, params: Any) -> list[tuple[str, str]]:
        found = list(checks(method, path, headers, body, params))
        _keys.set({})
        if iam_actions._s3_action(method, path, params) == "PutObject":
            _keys.set(_retention(headers, world.clock.now()))
            arn = f"arn:aws:s3:::{path.strip('/')}"
            found += [(RETENTION, arn)] if MODE in headers or UNTIL in headers else []
            found += [(LEGAL_HOLD, arn)] if HOLD in headers else []
        return found

    def enforce_with_keys(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        if action == RETENTION:
            context["service_context"] = {**(context.get("service_context") or {}), **_keys.get({})}
        return enforce(key, action, service, region, **context)

    iam_actions.s3_additional_checks = with_locks
    iam_evaluator.enforce = enforce_with_keys


def _retention(headers: Any, now: datetime) -> dict[str, Any]:
    """The condition keys of the retention that a request asks for."""
    until = headers.get(UNTIL)
    if not until:
        return {}
    end = datetime.fromisoformat(until.replace("Z", "+00:00"))
    left = (end if end.tzinfo else end.replace(tzinfo=UTC)) - now
    return {
        "s3:object-lock-mode": headers.get(MODE, ""),
        "s3:object-lock-retain-until-date": until,
        "s3:object-lock-remaining-retention-days": str(math.ceil(left.total_seconds() / 86400)),
    }
