"""Why a cluster's API did not answer, in words: an exception's own text names pools, paths and retries."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import urllib3.exceptions as http

from snapkeep.adapters.kubernetes.patience import TookTooLong

CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (TookTooLong, "its answer took too long"),
    (http.NameResolutionError, "its address cannot be resolved"),
    (socket.gaierror, "its address cannot be resolved"),
    (http.ConnectTimeoutError, "nobody accepted the connection in time"),
    (http.ReadTimeoutError, "it accepted the request and stayed silent"),
    (TimeoutError, "it stayed silent"),
    (http.SSLError, "its certificate is not the one that EKS names"),
    (ssl.SSLError, "its certificate is not the one that EKS names"),
    (ConnectionRefusedError, "it refused the connection"),
    (http.ProtocolError, "it closed the connection"),
    (ConnectionError, "it closed the connection"),
)
"""The first that fits the innermost cause counts."""


def why_silent(error: BaseException) -> str:
    """Why nobody answered, from what urllib3 or the operating system raised."""
    for cause in _innermost_first(error):
        for kind, words in CAUSES:
            if isinstance(cause, kind):
                return words
    return "the connection failed"


def _innermost_first(error: BaseException | None) -> Iterator[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        reason = getattr(error, "reason", None)
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    yield from reversed(found)
