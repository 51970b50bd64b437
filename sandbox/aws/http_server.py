"""HTTP/1.1 for an ASGI application: one connection, one request at a time.

ministack comes with hypercorn, which takes half of the CPU of every call: tasks, a queue and three writes for
each. Nothing here needs HTTP/2 or websockets, so a request is parsed when all of it has arrived, and an
answer is one write.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

LARGEST_HEAD = 64 * 1024
BODILESS = (204, 304)
log = logging.getLogger("sandbox.http")


async def serve(application: Application, listener: socket.socket, stopped: asyncio.Event) -> None:
    """Answer on a listening socket until `stopped` is set: the application's lifespan begins before the first
    request and ends after the last one."""
    lifespan = _Lifespan(application)
    await lifespan.startup()
    loop = asyncio.get_running_loop()
    connections: set[_Connection] = set()
    server = await loop.create_server(
        lambda: _Connection(application, connections), sock=listener, backlog=1024
    )
    await stopped.wait()
    server.close()
    for connection in list(connections):
        connection.abort()
    await lifespan.shutdown()


class _Lifespan:
    """https://asgi.readthedocs.io/en/latest/specs/lifespan.html"""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._received: asyncio.Queue[Message] = asyncio.Queue()
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        running = self._application(scope, self._received.get, self._sent.put)
        self._task = asyncio.ensure_future(running)
        await self._pass("lifespan.startup")

    async def shutdown(self) -> None:
        await self._pass("lifespan.shutdown")

    async def _pass(self, kind: str) -> None:
        assert self._task is not None
        await self._received.put({"type": kind})
        answer = asyncio.ensure_future(self._sent.get())
        await asyncio.wait((answer, self._task), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            self._task.result()
            raise RuntimeError(f"the application ended instead of answering {kind}")
        if answer.result()["type"] != f"{kind}.complete":
            raise RuntimeError(f"the application answered {kind} with {answer.result()}")


class _BadRequest(Exception):
    """What arrived is not a request that can be read."""


class _Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, application: Application, connections: set[_Connection]) -> None:
        self._application = application
        self._connections = connections
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._running: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._refused = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._lost.set()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._buffer += data
        if self._running is None:
            self._begin()

    def abort(self) -> None:
        """End the connection and what is running for it."""
        if self._running is not None:
            self._running.cancel()
        self._transport.abort()

    def _begin(self) -> None:
        """Start to answer the next request, if all of it is here."""
        try:
            if self._head is None:
                self._head = self._read_head()
            body = self._read_body(self._head) if self._head else None
        except (_BadRequest, ValueError) as error:
            log.warning("a request that cannot be read: %s", error)
            self._transport.write(
                b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self._transport.write_eof()  # not closed: that would take the answer from a client still sending
            self._refused = True
            return
        if self._head is None or body is None:
            return
        head, self._head = self._head, None
        self._running = asyncio.get_running_loop().create_task(self._answer(head, body))

    def _read_head(self) -> _Head | None:
        while self._buffer.startswith(b"\r\n"):  # some clients end a body with an empty line
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > LARGEST_HEAD:
                raise _BadRequest(f"its headers are longer than {LARGEST_HEAD} bytes")
            return None
        head = _Head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        if head.expects_continue and not self._buffer:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return head

    def _read_body(self, head: _Head) -> bytes | None:
        """The body; None when some of it is still to come."""
        if head.is_chunked:
            return self._read_chunks()
        if len(self._buffer) < head.length:
            return None
        body = bytes(self._buffer[: head.length])
        del self._buffer[: head.length]
        return body

    def _read_chunks(self) -> bytes | None:
        chunks, place = [], 0
        while (line := self._buffer.find(b"\r\n", place)) >= 0:
            size = int(bytes(self._buffer[place:line]).split(b";")[0], 16)
            if size < 0:
                raise ValueError("a chunk of negative size")
            start, place = line + 2, line + 2 + size + 2
            if size:
                chunks.append(bytes(self._buffer[start : start + size]))
                continue
            end = self._buffer.find(b"\r\n", start)  # trailers are not used here
            while end > start:
                start = end + 2
                end = self._buffer.find(b"\r\n", start)
            if end < 0:
                return None
            del self._buffer[: end + 2]
            return b"".join(chunks)
        return None

    async def _answer(self, head: _Head, body: bytes) -> None:
        exchange = _Exchange(self._transport, head, body, self._lost)
        try:
            await self._application(self._scope(head), exchange.receive, exchange.send)
        except Exception:
            log.exception("%s %s failed", head.method, head.path)
            exchange.fail()
        exchange.finish()
        self._running = None
        if self._buffer and not self._transport.is_closing():
            self._begin()

    def _scope(self, head: _Head) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": head.version,
            "method": head.method,
            "scheme": "http",
            "path": unquote(head.path.decode("latin-1")),
            "raw_path": head.path,
            "query_string": head.query,
            "root_path": "",
            "headers": head.headers,
            "client": self._transport.get_extra_info("peername"),
            "server": self._transport.get_extra_info("sockname"),
            "extensions": {},
            "state": {},
        }


class _Head:
    """Request line and headers. ValueError when they cannot be read."""

    __slots__ = (
        "expects_continue",
        "headers",
        "is_chunked",
        "keeps",
        "length",
        "method",
        "path",
        "query",
        "version",
    )

    def __init__(self, text: bytes) -> None:
        line, *lines = text.split(b"\r\n")
        method, target, version = line.split(b" ")
        self.method = method.decode("ascii")
        self.version = version.removeprefix(b"HTTP/").decode("ascii")
        self.path, _mark, self.query = target.partition(b"?")
        self.headers: list[tuple[bytes, bytes]] = []
        named: dict[bytes, bytes] = {}
        for each in lines:
            name, colon, value = each.partition(b":")
            if not colon or name != name.strip():
                raise ValueError(f"a header without a name: {each[:100]!r}")
            lower, value = name.lower(), value.strip()
            self.headers.append((lower, value))
            named[lower] = value
        self.length = int(named.get(b"content-length", b"0"))
        if self.length < 0:
            raise ValueError("a negative Content-Length")
        self.is_chunked = named.get(b"transfer-encoding", b"").lower() == b"chunked"
        self.expects_continue = named.get(b"expect", b"").lower() == b"100-continue"
        wanted = named.get(b"connection", b"").lower()
        self.keeps = wanted == b"keep-alive" if self.version == "1.0" else wanted != b"close"


class _Exchange:
    """One request and its answer, as ASGI passes them on."""

    def __init__(self, transport: Any, head: _Head, body: bytes, lost: asyncio.Event) -> None:
        self._transport = transport
        self._head = head
        self._body: bytes | None = body
        self._lost = lost
        self._start: Message | None = None
        self._begun = self._is_chunked = self._ended = False

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._lost.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body" and not self._ended:
            self._write(message.get("body", b""), bool(message.get("more_body", False)))

    def fail(self) -> None:
        """Answer that the application failed; an answer that has begun is cut off."""
        if self._begun:
            self._transport.abort()
        else:
            self._start = {"status": 500, "headers": []}
            self._write(b"", False)

    def finish(self) -> None:
        """The application has returned: an answer that it has not ended is cut off."""
        if not self._ended:
            self._transport.abort()
        elif not self._head.keeps:
            self._transport.close()

    def _write(self, content: bytes, more: bool) -> None:
        parts = [] if self._begun else [self._status_and_headers(None if more else len(content))]
        self._begun, self._ended = True, not more
        if self._has_body() and content:
            parts += [b"%x\r\n" % len(content), content, b"\r\n"] if self._is_chunked else [content]
        if self._is_chunked and not more and self._has_body():
            parts.append(b"0\r\n\r\n")
        if not self._transport.is_closing():
            self._transport.write(b"".join(parts))

    def _has_body(self) -> bool:
        assert self._start is not None
        return self._head.method != "HEAD" and self._start["status"] not in BODILESS

    def _status_and_headers(self, length: int | None) -> bytes:
        assert self._start is not None, "an answer's body before its status"
        status, headers = self._start["status"], list(self._start.get("headers", ()))
        if not any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in headers):
            if length is None:
                self._is_chunked = True
                headers.append((b"transfer-encoding", b"chunked"))
            elif status not in BODILESS:
                headers.append((b"content-length", b"%d" % length))
        if not self._head.keeps:
            headers.append((b"connection", b"close"))
        lines = [b"HTTP/1.1 %d %s" % (status, _phrase(status))]
        lines += [b"%s: %s" % (name, value) for name, value in headers]
        if any(b"\r" in line or b"\n" in line for line in lines):
            raise ValueError("a header of the answer holds a line break")
        return b"\r\n".join(lines) + b"\r\n\r\n"


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
