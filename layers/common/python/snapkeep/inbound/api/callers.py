"""Who calls, and what they sent, as API Gateway tells it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from snapkeep.domain.restore.holds import principal_of

LOCAL = "local"
"""The caller where nobody signs: on a developer's machine."""


def caller_of(event: BaseProxyEvent) -> str:
    """The ARN of who signed the request; API Gateway checked the signature."""
    identity = _context(event).get("identity") or {}
    return str(identity.get("userArn") or LOCAL)


def wish_of(event: BaseProxyEvent, key: str) -> list[str]:
    """What makes two requests under one key the same wish: the role or user who signed, whatever the session,
    the method, and the path, which routes take with and without a slash at its end.
    """
    return [principal_of(caller_of(event)), event.http_method, event.path.rstrip("/"), key]


def request_id_of(event: BaseProxyEvent) -> str:
    """The id API Gateway gave the request; its access log and our log have it too."""
    return str(_context(event).get("requestId") or "")


def header(event: BaseProxyEvent, name: str) -> str:
    """A header's value, "" without it."""
    return str(event.headers.get(name) or "")


def id_of(event: BaseProxyEvent, key: str) -> str:
    """The id of what a request makes: 16 hex digits, the same for the same role, path and key.

    So a request that is sent again after a crash, by another session too, goes on with what it began.
    """
    return hashlib.sha256(json.dumps(wish_of(event, key)).encode()).hexdigest()[:16]


def _context(event: BaseProxyEvent) -> dict[str, Any]:
    return event.get("requestContext") or {}
