"""The caller and the request, as API Gateway passes them on."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from snapkeep.domain.restore.holds import principal_of

LOCAL = "local"
"""The caller where requests are not signed: on a developer's machine."""


def caller_of(event: BaseProxyEvent) -> str:
    """The ARN of the signer; API Gateway verified the signature."""
    identity = _context(event).get("identity") or {}
    return str(identity.get("userArn") or LOCAL)


def request_identity(event: BaseProxyEvent, key: str) -> list[str]:
    """What identifies a request: its key, the role or user who signed it (whatever the session), the method,
    and the path.
    """
    return [principal_of(caller_of(event)), event.http_method, event.path, key]


def request_id_of(event: BaseProxyEvent) -> str:
    """The id API Gateway gave the request; its access log and our log have it too."""
    return str(_context(event).get("requestId") or "")


def header(event: BaseProxyEvent, name: str) -> str:
    """A header's value, "" when it is absent."""
    return str(event.headers.get(name) or "")


def id_of(event: BaseProxyEvent, key: str) -> str:
    """The id of the thing a request creates: 16 hex digits, the same for the same role, path and key.

    So a request that is sent again after a crash, even from another session, continues what it began.
    """
    return hashlib.sha256(json.dumps(request_identity(event, key)).encode()).hexdigest()[:16]


def _context(event: BaseProxyEvent) -> dict[str, Any]:
    return event.get("requestContext") or {}
