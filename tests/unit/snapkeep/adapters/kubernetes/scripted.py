"""A transport that answers as it was told, and a client on it."""

from __future__ import annotations

import json
from typing import Any

from snapkeep.adapters.kubernetes.client import KubernetesClient

ENDPOINT = "https://ABC.gr7.ap-northeast-2.eks.amazonaws.com"


class Reply:
    """An HTTP answer as the official client gives it."""

    def __init__(self, status: int, document: Any = None, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers or {}
        self._body = document if isinstance(document, str) else json.dumps(document or {})

    def read(self) -> bytes:
        return self._body.encode()


class ScriptedTransport:
    """Gives the replies in their order; an exception among them is raised. Remembers the requests."""

    def __init__(self, *replies: Reply | Exception) -> None:
        self.replies = list(replies)
        self.requests: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def call_api(
        self, method: str, url: str, header_params: Any, body: Any, *, _request_timeout: tuple[int, int]
    ) -> Reply:
        assert _request_timeout == (2, 5)
        self.requests.append((method, url.removeprefix(ENDPOINT), body))
        self.headers.append(dict(header_params))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


class NumberedTokens:
    """Gives token-0, and the next number after each drop."""

    def __init__(self) -> None:
        self.number = 0

    def token(self) -> str:
        return f"token-{self.number}"

    def drop(self) -> None:
        self.number += 1


def a_client(*replies: Reply | Exception) -> tuple[KubernetesClient, ScriptedTransport]:
    """A client of cluster myeks and the transport it talks to."""
    http = ScriptedTransport(*replies)
    return KubernetesClient("myeks", ENDPOINT, http, NumberedTokens()), http


def status(code: int, reason: str, message: str) -> Reply:
    """A failure as the Kubernetes API words it."""
    document = {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": code}
    return Reply(code, document)
