"""HTTP and HTTPS in front of the API: translates requests and answers, and knows nothing about Kubernetes."""

from __future__ import annotations

import io
import logging
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.errors import internal
from sandbox.kubernetes.faults import Disconnect
from sandbox.kubernetes.requests import Request, Response, json_response

_LOG = logging.getLogger(__name__)
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_HANDSHAKE_SECONDS = 10.0


class Listener:
    """One listening port on 127.0.0.1, with a thread per connection."""

    def __init__(self, api: Api, port: int = 0, certificate: Path | None = None) -> None:
        """`certificate` is the server's PEM; without one the listener speaks plain HTTP and treats everybody
        as the admin."""
        self._context = _context(certificate) if certificate else None
        self._server = _Server(("127.0.0.1", port), _Handler, api, self._context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Start serving."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port; open answers end with their threads."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], handler: type[_Handler], api: Api, context: ssl.SSLContext | None
    ) -> None:
        self.api = api
        self.context = context
        super().__init__(address, handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Runs in the connection's thread, so a slow handshake holds up nobody else."""
        if self.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(_HANDSHAKE_SECONDS)
        with self.context.wrap_socket(request, server_side=True) as secured:
            secured.settimeout(None)
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that disconnect are normal here."""
        _LOG.debug("a connection from %s ended early", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def _answer(self) -> None:
        request = self._request()
        try:
            response = self.server.api.handle(request, self.server.context is None)
        except Disconnect as fault:
            self._drop(fault.seconds)
            return
        except Exception as problem:
            _LOG.exception("%s %s failed", request.method, request.path)
            response = json_response(internal(f"{type(problem).__name__}: {problem}").status(), 500)
        if response.pause:
            self._drip(response)
        else:
            self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else self._chunked()
        headers = {name.lower(): ",".join(self.headers.get_all(name) or []) for name in self.headers}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Request(self.command, unquote(parts.path), query, headers, body)

    def _chunked(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return b""
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        self.send_header("Content-Type", response.content_type)
        for name, value in response.headers.items():
            self.send_header(name, value)
        for warning in response.warnings:
            self.send_header("Warning", warning)
        if isinstance(response.body, bytes):
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
            self.wfile.flush()
        else:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._stream(response.body)

    def _drip(self, response: Response) -> None:
        """Send the answer, its headers included, byte by byte; then close the connection."""
        whole, self.wfile = self.wfile, io.BytesIO()
        self._send(response)
        answer, self.wfile = self.wfile.getvalue(), whole
        for byte in answer:
            self.wfile.write(bytes((byte,)))
            self.wfile.flush()
            if self.server.api.stopping.wait(response.pause):
                break
        self.close_connection = True

    def _stream(self, chunks: Iterator[bytes]) -> None:
        self.wfile.flush()
        for chunk in chunks:
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _drop(self, seconds: float) -> None:
        """Hold the connection for `seconds`, then reset it."""
        self.server.api.stopping.wait(seconds)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are counted, not logged."""


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["http/1.1"])
    return context
