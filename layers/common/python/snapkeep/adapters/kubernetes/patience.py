"""How long an API server may keep a function waiting, for one answer and for all that belong together.

urllib3's timeouts limit the silence between two pieces of an answer, never the whole: for a server that sends
a byte a second a function would wait until it is killed.
https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html#urllib3.util.Timeout
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

ONE_ANSWER = 8.0
"""Seconds for one answer, a repeated request included: a page of 500 objects is a few MB."""

Stopwatch = Callable[[], float]
"""Seconds that only rise, from any start."""

_left: ContextVar[Callable[[], float]] = ContextVar("left", default=lambda: float("inf"))


class TookTooLong(TimeoutError):
    """An answer came, but not all of it in time."""


@contextmanager
def within(seconds: float, stopwatch: Stopwatch) -> Iterator[None]:
    """What is read from API servers in this block may take so many seconds in all, and no more than what is
    left of an outer block's."""
    outer, until = _left.get(), stopwatch() + seconds
    before = _left.set(lambda: min(outer(), until - stopwatch()))
    try:
        yield
    finally:
        _left.reset(before)


class PatientSocket(ssl.SSLSocket):
    """Waits no longer for the next piece than `within` allows for all of them.

    https://docs.python.org/3/library/ssl.html#ssl.SSLContext.sslsocket_class
    """

    def recv_into(self, *given: Any) -> int:
        """Receive the next piece. Raises TimeoutError."""
        left, usual = _left.get()(), self.gettimeout()
        if left <= 0:
            raise TookTooLong("the whole answer took too long")
        self.settimeout(left if usual is None else min(usual, left))
        try:
            return super().recv_into(*given)
        finally:
            self.settimeout(usual)
