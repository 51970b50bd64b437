"""Sends requests straight through urllib3, which botocore has already loaded.

The official client costs half a second of CPU before its first request; contract tests hold this transport
to what that one does.
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import urllib3

from snapkeep.adapters.kubernetes.patience import PatientSocket

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import Transport

AFTER_A_BREAK = urllib3.Retry(
    total=1, connect=0, read=1, redirect=0, status=0, other=0, allowed_methods=("GET", "PATCH")
)
"""A function that was frozen wakes up with connections that the other side closed long ago, and notices only
at its next request. A retry costs milliseconds, another invocation one of the two minutes. Only for requests
that may be repeated: our patches carry a version."""


class QuickTransport:
    """A pool of connections to one API server."""

    def __init__(self, pool: urllib3.PoolManager) -> None:
        self._pool = pool

    def call_api(
        self, method: str, url: str, header_params: Any, body: Any, *, _request_timeout: tuple[int, int]
    ) -> Any:
        """Send a request; the answer has `status`, `headers` and `read()`."""
        connect, read = _request_timeout
        return self._pool.request(
            method,
            url,
            body=json.dumps(body).encode() if body is not None else None,
            headers=header_params,
            timeout=urllib3.Timeout(connect=connect, read=read),
            preload_content=False,
            retries=AFTER_A_BREAK,
            redirect=False,
        )


def quick_transport(endpoint: str, certificate_authority: str) -> Transport:
    """HTTPS that trusts only this certificate authority (PEM) and respects `patience.within`; see
    `AFTER_A_BREAK` for retries."""
    context = ssl.create_default_context(cadata=certificate_authority)
    context.sslsocket_class = PatientSocket
    return QuickTransport(urllib3.PoolManager(ssl_context=context))
