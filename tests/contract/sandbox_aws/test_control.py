"""The client of the control endpoint, and its connections."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.aws import control_calls
from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError


class Endpoint(ThreadingHTTPServer):
    """Answers every call, and remembers which connection each came on."""

    daemon_threads = True

    def __init__(self) -> None:
        self.connections: list[tuple[str, int]] = []
        self.status, self.body = 200, b"{}"
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint

    def do_GET(self) -> None:
        self.server.connections.append(self.client_address)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_calls_in_a_row_share_a_connection(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_calls, "FRESH_SECONDS", 3600)
    aws = AwsControl(endpoint.url)
    for _ in range(3):
        aws.calls()

    assert len(set(endpoint.connections)) == 1


def test_a_connection_that_was_idle_is_not_used_again(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_calls, "FRESH_SECONDS", -1)
    aws = AwsControl(endpoint.url)
    for _ in range(2):
        aws.calls()

    assert len(set(endpoint.connections)) == 2


def test_a_refusal_says_why_and_the_next_call_works(endpoint: Endpoint) -> None:
    aws = AwsControl(endpoint.url)
    endpoint.status, endpoint.body = 400, b'{"error": "no such thing"}'
    with pytest.raises(ControlError, match="no such thing"):
        aws.calls()
    endpoint.status, endpoint.body = 200, b"{}"

    assert aws.calls() == {}


def test_without_a_sandbox_the_error_asks_whether_it_runs(endpoint: Endpoint) -> None:
    url = endpoint.url
    endpoint.shutdown()
    endpoint.server_close()

    with pytest.raises(ControlError, match="is it running"):
        AwsControl(url).calls()
