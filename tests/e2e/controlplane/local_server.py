"""A plain HTTP server on the loopback that answers JSON with JSON."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

Answer = Callable[[str, Mapping[str, str], dict[str, Any]], tuple[int, dict[str, Any]]]
"""Path, headers and body of a POST to status and body of the answer."""


class LocalServer:
    """Serves from construction until the process ends; `url` has no path."""

    def __init__(self, answer: Answer) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                code, said = answer(
                    self.path, dict(self.headers), json.loads(self.rfile.read(length) or b"{}")
                )
                text = json.dumps(said).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                """Say nothing: the API server asks several times a second."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
