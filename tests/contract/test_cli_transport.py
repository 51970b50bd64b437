"""The command on the wire: signed for the right service and Region, tried again when that may help."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.credentials import Credentials

from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.links import fetch, streamed
from snapkeep_cli.api.signed_transport import RETRIES, SignedTransport
from snapkeep_cli.api.transport import Unreachable

KEY = Credentials("AKIDEXAMPLE", "secret", "a-session-token")
AT_ONCE = RETRIES.new(backoff_factor=0)
"""What the command tries again, without its pauses."""


class Server:
    """Answers with the statuses it is told to, then 200, and remembers what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.retry_after = 0
        self.shortened = 0
        self.requests: list[tuple[str, str, dict[str, str], str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                sent = self.rfile.read(length).decode()
                outer.requests.append((self.command, self.path, dict(self.headers), sent))
                status = outer.statuses.pop(0) if outer.statuses else 200
                body = b'{"code": "unavailable"}' if status >= 400 else b'{"ok": true}'
                self.send_response(status)
                self.send_header("Retry-After", str(outer.retry_after))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - outer.shortened])

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/live/"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def serve() -> Iterator[Any]:
    servers: list[Server] = []

    def start(*statuses: int) -> tuple[Server, ApiClient]:
        server = Server(*statuses)
        servers.append(server)
        return server, ApiClient(SignedTransport(server.url, "ap-northeast-2", KEY, AT_ONCE))

    yield start
    for server in servers:
        server.http.shutdown()


def test_a_request_is_signed_for_the_api_in_its_region(serve: Any) -> None:
    server, api = serve()
    api.post({"size": "10Gi"}, "clusters", "myeks", "restores")
    ((method, path, headers, body),) = server.requests
    assert (method, path, body) == ("POST", "/live/v1/clusters/myeks/restores", '{"size": "10Gi"}')
    assert re.match(
        r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/ap-northeast-2/execute-api/aws4_request, "
        r"SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$",
        headers["Authorization"],
    )
    assert headers["X-Amz-Security-Token"] == "a-session-token"
    assert headers["Content-Type"] == "application/json"


def test_what_may_pass_is_tried_again_under_the_same_key(serve: Any) -> None:
    server, api = serve(503, 429)
    assert api.post({}, "clusters", "myeks", "prune") == (200, {"ok": True})
    keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.requests}
    assert (len(server.requests), len(keys)) == (3, 1)


def test_what_does_not_pass_is_told_in_the_end(serve: Any) -> None:
    server, api = serve(*[503] * 9)
    with pytest.raises(ApiProblem) as found:
        api.get("clusters")
    assert found.value.code == "unavailable"
    assert len(server.requests) == 5


def test_what_asks_for_long_patience_is_told_at_once(serve: Any) -> None:
    server, api = serve(*[503] * 9)
    server.retry_after = 30
    with pytest.raises(ApiProblem) as found:
        api.post({}, "clusters", "myeks", "restores")
    assert found.value.code == "unavailable"
    assert len(server.requests) == 1


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        ApiClient(SignedTransport("http://127.0.0.1:9", "ap-northeast-2", KEY, AT_ONCE)).get("clusters")


def test_a_link_is_followed_without_our_signature_and_what_went_wrong_keeps_its_secret(serve: Any) -> None:
    server, _ = serve(503)
    assert fetch(f"{server.url}page.html?X-Amz-Signature=secret") == b'{"ok": true}'
    assert [path for _, path, _, _ in server.requests] == ["/live/page.html?X-Amz-Signature=secret"] * 2
    assert "Authorization" not in server.requests[0][2]
    server.statuses = [403]
    with pytest.raises(Unreachable, match=r"page.html answered HTTP 403$") as refused:
        fetch(f"{server.url}page.html?X-Amz-Signature=secret")
    assert "secret" not in str(refused.value)


def test_what_is_behind_a_link_comes_in_pieces_and_one_that_breaks_off_is_told(serve: Any) -> None:
    server, _ = serve()
    assert b"".join(streamed(f"{server.url}file?X-Amz-Signature=secret")) == b'{"ok": true}'
    server.shortened = 3
    with pytest.raises(Unreachable, match="closed the connection before it answered") as broken:
        b"".join(streamed(f"{server.url}file?X-Amz-Signature=secret"))
    assert "secret" not in str(broken.value)


def test_the_proxy_of_the_environment_is_used_as_the_sdk_uses_it(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, _ = serve()
    monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/live/"))
    monkeypatch.setenv("no_proxy", "api.example.test")
    url = "http://files.example.test/key?X-Amz-Signature=secret"
    assert fetch(url) == b'{"ok": true}'
    ApiClient(SignedTransport("http://gone.example.test/live", "eu-west-1", KEY, AT_ONCE)).get("clusters")
    assert [path for _, path, _, _ in proxy.requests] == [url, "http://gone.example.test/live/v1/clusters"]
    with pytest.raises(Unreachable):
        ApiClient(SignedTransport("http://api.example.test", "eu-west-1", KEY, AT_ONCE)).get("clusters")
