"""How many queued invocations run at once: AWS starts as many workers as needed, a laptop has two cores.

Events (asynchronous invocations) wait here and go before messages, which wait in their queue: Lambda's poller
takes none while no place is free, so that no message is hidden from others and then left unprocessed. A
synchronous invocation takes no place: AWS would rather refuse it than let it wait.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

WORKERS = 8
"""Enough to expose races, few enough for two cores."""


class Places:
    """One sandbox's places, `limit` in number."""

    def __init__(self, limit: int = WORKERS) -> None:
        self.limit = limit
        self._waiting = 0
        self._taken = 0
        self._changed = threading.Condition()

    def announce(self) -> None:
        """Announce an event that will need a place."""
        with self._changed:
            self._waiting += 1

    @contextmanager
    def for_event(self) -> Iterator[None]:
        """Wait for a place for an announced event, and hold it."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self.limit)
            self._waiting -= 1
            self._taken += 1
        with self._held():
            yield

    def take(self) -> None:
        """Take a place for a batch of messages; call `free` first."""
        with self._changed:
            self._taken += 1

    def give_back(self) -> None:
        """Give a place back."""
        with self._changed:
            self._taken -= 1
            self._changed.notify()

    def free(self) -> int:
        """Return how many batches of messages may start now."""
        with self._changed:
            return 0 if self._waiting else max(0, self.limit - self._taken)

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.give_back()
