"""How the control endpoint is asked: JSON over a connection that each thread keeps. Standard library only."""

import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

FRESH_SECONDS = 1.0
"""Well below the seconds after which the server closes an idle connection."""


class ControlError(RuntimeError):
    """The control endpoint refused; the text says what and why."""


class ControlCalls:
    """Calls to the control endpoint at a URL."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._mine = threading.local()

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask, and return the answer. ControlError if the endpoint refuses or does not answer."""
        data = None if body is None else json.dumps(body).encode()
        try:
            status, answer = self._exchange(method, f"/_sandbox/{path}", data)
        except (OSError, http.client.HTTPException) as error:
            raise ControlError(f"no sandbox answers at {self._url}: {error}; is it running?") from error
        found: dict[str, Any] = json.loads(answer)
        if status != 200:
            raise ControlError(found["error"])
        return found

    def _exchange(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        """Ask on this thread's connection if it was just used: demo and tests ask ten times a second.

        The server closes one that nobody uses.
        """
        connection, used = getattr(self._mine, "last", (None, 0.0))
        self._mine.last = (None, 0.0)
        if connection is not None and time.monotonic() - used > FRESH_SECONDS:
            connection.close()
            connection = None
        if connection is None:
            connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=self._timeout)
        try:
            connection.request(method, path, data)
            response = connection.getresponse()
            answer = response.status, response.read()
        except BaseException:
            connection.close()
            raise
        self._mine.last = (connection, time.monotonic())
        return answer
