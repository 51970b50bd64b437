"""The server in front of the sandbox's AWS, through a socket."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from sandbox.aws import http_server

SECONDS = 30


class Running:
    """An echoing application behind the server, in a thread."""

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = listener.getsockname()
        self.lifespan: list[str] = []
        self.gone = threading.Event()
        self._stopped = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        serving = http_server.serve(self._application, listener, self._stopped)
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(serving,))
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(SECONDS)
        self._loop.close()

    async def _application(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                kind = (await receive())["type"]
                self.lifespan.append(kind)
                await send({"type": f"{kind}.complete"})
            return
        body = (await receive())["body"]
        if scope["path"] == "/broken":
            raise RuntimeError("on purpose")
        if scope["path"] == "/wait":
            assert (await receive())["type"] == "http.disconnect"
            self.gone.set()
            return
        headers = [(b"x-split", b"a\r\nb: c")] if scope["path"] == "/split" else []
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["path"] == "/parts":
            for part in (b"one ", b"two"):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        said = {"path": scope["path"], "query": scope["query_string"].decode(), "body": body.decode()}
        said |= {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})


@pytest.fixture
def running() -> Iterator[Running]:
    server = Running()
    yield server
    server.stop()


def exchange(running: Running, *pieces: bytes) -> bytes:
    """All that the server answers to these bytes, sent piece by piece, until it closes the connection."""
    with socket.create_connection(running.address, SECONDS) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            client.sendall(piece)
        received = b""
        while part := client.recv(1 << 16):
            received += part
    return received


def ask(running: Running, method: str, path: str, **given: Any) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(*running.address, timeout=SECONDS)) as connection:
        connection.request(method, path, **given)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_passes_path_query_headers_and_body_on(running: Running) -> None:
    status, body = ask(running, "POST", "/a%20b/c?d=%2F&e", body=b"text", headers={"X-Name": "v: 1"})

    said = json.loads(body)
    assert status == 200
    assert (said["path"], said["query"], said["body"]) == ("/a b/c", "d=%2F&e", "text")
    assert said["x-name"] == "v: 1"


def test_keeps_a_connection_for_the_next_request(running: Running) -> None:
    with closing(http.client.HTTPConnection(*running.address, timeout=SECONDS)) as connection:
        connection.connect()
        first = connection.sock
        for number in range(3):
            connection.request("PUT", f"/{number}", body=b"x" * 100_000 * number)
            assert len(json.loads(connection.getresponse().read())["body"]) == 100_000 * number
        assert connection.sock is first


def test_answers_requests_that_arrive_together_in_their_order(running: Running) -> None:
    answers = exchange(
        running, b"GET /first HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\nConnection: close\r\n\r\n"
    )

    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert answers.index(b"/first") < answers.index(b"/second")


def test_waits_for_a_request_that_arrives_byte_by_byte(running: Running) -> None:
    text = b"POST /slow HTTP/1.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"

    answer = exchange(running, *[bytes([each]) for each in text])

    assert json.loads(answer.partition(b"\r\n\r\n")[2])["body"] == "body"


@pytest.mark.parametrize("at_once", [True, False])
def test_joins_chunks(running: Running, at_once: bool) -> None:
    head = b"PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunks = b"5;name=value\r\nhello\r\n1\r\n,\r\n0\r\nTrailer: 1\r\n\r\n"
    pieces = [head + chunks] if at_once else [head, *[bytes([each]) for each in chunks]]

    answer = exchange(running, *pieces)

    assert json.loads(answer.partition(b"\r\n\r\n")[2])["body"] == "hello,"


def test_asks_for_a_body_that_waits_for_permission(running: Running) -> None:
    with socket.create_connection(running.address, SECONDS) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ok")
        assert b'"body": "ok"' in client.recv(1 << 16)


def test_streams_an_answer_without_a_length(running: Running) -> None:
    assert ask(running, "GET", "/parts") == (200, b"one two")


def test_sends_no_body_to_head(running: Running) -> None:
    answer = exchange(running, b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert b"content-length: " in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("path", ["/broken", "/split"])
def test_says_that_the_application_failed(running: Running, path: str) -> None:
    """A line break in a header would let the application forge an answer."""
    assert ask(running, "GET", path) == (500, b"")


@pytest.mark.parametrize(
    "text",
    [
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * http_server.LARGEST_HEAD,
    ],
)
def test_refuses_what_is_no_request(running: Running, text: bytes) -> None:
    assert exchange(running, text).startswith(b"HTTP/1.1 400 ")


def test_says_when_the_client_hangs_up(running: Running) -> None:
    with socket.create_connection(running.address, SECONDS) as client:
        client.sendall(b"GET /wait HTTP/1.1\r\n\r\n")

    assert running.gone.wait(SECONDS)
    assert ask(running, "GET", "/")[0] == 200


def test_ends_while_a_client_is_still_connected() -> None:
    running = Running()
    with socket.create_connection(running.address, SECONDS) as client:
        client.sendall(b"GET /wait HTTP/1.1\r\n\r\nGET")
        running.stop()

    assert running.lifespan == ["lifespan.startup", "lifespan.shutdown"]
