"""A request's head, and the exchange of one request and its answer as ASGI passes them on."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

Message = dict[str, Any]
BODILESS = (204, 304)


class Head:
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


class Exchange:
    """One request and its answer, as ASGI passes them on."""

    def __init__(self, transport: Any, head: Head, body: bytes, lost: asyncio.Event) -> None:
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
