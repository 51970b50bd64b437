"""A clock that jumps from event to event, and work that may sleep on it.

Work runs in threads, one at a time with explicit hand-over, because the services are ordinary blocking code:
a port sleeps here while its call would be on the wire.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

Act = Callable[[], object]


class Stuck(Exception):
    """No events are left, or the time is over, and the awaited state was not reached."""


class Simulation:
    """Events in time order; services get `clock` as theirs."""

    def __init__(self, start: datetime) -> None:
        self.seconds = 0.0
        self._start = start
        self._numbers = count()
        self._events: list[tuple[float, int, Act]] = []
        self._kernel = threading.Semaphore(0)
        self._current: _Process | None = None

    def clock(self) -> datetime:
        """The simulated present, aware UTC."""
        return self._start + timedelta(seconds=self.seconds)

    def after(self, seconds: float, act: Act) -> None:
        """Schedule an action this many seconds from now; it takes no time and must not sleep."""
        heapq.heappush(self._events, (self.seconds + max(0.0, seconds), next(self._numbers), act))

    def start(self, work: Act, after: float = 0.0) -> None:
        """Start work that may sleep."""
        process = _Process(work, self._kernel)
        self.after(after, lambda: self._hand_over_to(process))

    def sleep(self, seconds: float) -> None:
        """Let time pass for the calling work; everything else continues."""
        process = self._current
        assert process is not None, "only work that was started can sleep"
        self.after(seconds, lambda: self._hand_over_to(process))
        self._kernel.release()
        process.turn.acquire()

    def run(self, until: Callable[[], bool], limit: float) -> None:
        """Run until the condition holds. Raises Stuck after `limit` simulated seconds, and what work
        raises."""
        while not until():
            if not self._events:
                raise Stuck(f"nothing is left to happen after {self.seconds:.0f} s")
            self.seconds, _, act = heapq.heappop(self._events)
            if self.seconds > limit:
                raise Stuck(f"not done after {limit:.0f} s")
            act()

    def _hand_over_to(self, process: _Process) -> None:
        self._current = process
        process.go_on()
        self._kernel.acquire()
        self._current = None
        if process.error is not None:
            raise process.error


class _Process(threading.Thread):
    """Work in its own thread, which runs only when it is its turn."""

    def __init__(self, work: Act, kernel: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self.turn = threading.Semaphore(0)
        self.error: BaseException | None = None
        self._work = work
        self._kernel = kernel

    def go_on(self) -> None:
        """Begin, or return from `sleep`."""
        if self.ident is None:
            self.start()
        else:
            self.turn.release()

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.error = error
        finally:
            self._kernel.release()
