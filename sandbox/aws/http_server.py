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
from typing import Any
from urllib.parse import unquote

from sandbox.aws.http_messages import Exchange, Head, Message

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

LARGEST_HEAD = 64 * 1024
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
        self._head: Head | None = None
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

    def _read_head(self) -> Head | None:
        while self._buffer.startswith(b"\r\n"):  # some clients end a body with an empty line
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > LARGEST_HEAD:
                raise _BadRequest(f"its headers are longer than {LARGEST_HEAD} bytes")
            return None
        head = Head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        if head.expects_continue and not self._buffer:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return head

    def _read_body(self, head: Head) -> bytes | None:
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

    async def _answer(self, head: Head, body: bytes) -> None:
        exchange = Exchange(self._transport, head, body, self._lost)
        try:
            await self._application(self._scope(head), exchange.receive, exchange.send)
        except Exception:
            log.exception("%s %s failed", head.method, head.path)
            exchange.fail()
        exchange.finish()
        self._running = None
        if self._buffer and not self._transport.is_closing():
            self._begin()

    def _scope(self, head: Head) -> dict[str, Any]:
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
