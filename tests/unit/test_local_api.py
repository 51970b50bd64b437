"""The local API answers as an ASGI application, without a signature, and shows Swagger UI."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.local_api import local_application


def ask(path: str) -> tuple[int, str]:
    """GET a path as an ASGI server would."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(local_application()(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode()


def test_it_lists_clusters_and_serves_swagger() -> None:
    status, body = ask("/v1/clusters")
    assert (status, json.loads(body)["clusters"][0]["name"]) == (200, "myeks")
    status, page = ask("/")
    assert status == 200
    assert "swagger" in page.lower()
