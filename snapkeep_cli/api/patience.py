"""Tells people at a terminal when the API takes longer than they would expect."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from rich.status import Status

from snapkeep_cli.api.transport import Answer, Transport
from snapkeep_cli.output import err

SOON = 2.0
"""Seconds without an answer before anything is shown."""

_displayed: ContextVar[bool] = ContextVar("displayed", default=False)


@contextmanager
def displayed() -> Iterator[None]:
    """While this is active the command shows its own progress; a second indicator would garble the screen."""
    before = _displayed.set(True)
    try:
        yield
    finally:
        _displayed.reset(before)


@dataclass(frozen=True, slots=True)
class Patient:
    """A transport that shows that it is waiting, and for how long it may."""

    inner: Transport
    soon: float = SOON

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        """The answer, whatever its status. Raises Unreachable."""
        with waiting("waiting for the API's answer; Ctrl+C gives up", self.soon):
            return self.inner.send(method, path, headers, body)


@contextmanager
def waiting(text: str, soon: float = SOON) -> Iterator[None]:
    """Show the text on standard error after this many seconds: in a terminal until the end, otherwise
    once.
    """
    paper = err()
    status = None if paper.full else Status(text, console=paper)
    shown = threading.Event()

    def show() -> None:
        if status:
            status.start()
        else:
            paper.print(text)
        shown.set()

    timer = threading.Timer(soon, show)
    timer.daemon = True
    if not _displayed.get():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if _started(timer):
            timer.join()
        if status and shown.is_set():
            status.stop()


def _started(timer: threading.Timer) -> bool:
    return timer.ident is not None
