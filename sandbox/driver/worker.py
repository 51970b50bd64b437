"""A worker runs one family's controllers in one thread: it collects changes and syncs in batches.

Controllers are level-triggered, like the real ones: a key only says "look at this object again".
https://kubernetes.io/docs/concepts/architecture/controller/
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

log = logging.getLogger(__name__)

Object = dict[str, Any]
Key = tuple[str, str]
"""Namespace ("" when cluster-scoped) and name."""

RETRY_AFTER_BUG_SECONDS = 1.0
CALLS_IN_PARALLEL = 2
"""The sandbox's EC2 answers one call at a time; a second one waits in line meanwhile."""


class Controller(Protocol):
    """One reconciler."""

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """The objects to look at because `obj` changed."""
        ...

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bring these objects up to date; return those to revisit, and in how many seconds."""
        ...


class Worker:
    """One thread for several controllers. Sleeps until something changes or a retry is due."""

    def __init__(self, name: str, controllers: Sequence[Controller]) -> None:
        self._controllers = controllers
        self._inbox: queue.SimpleQueue[tuple[str, Object] | None] = queue.SimpleQueue()
        self._due: list[dict[Key, float]] = [{} for _ in controllers]
        self._thread = threading.Thread(target=self._run, name=f"driver-{name}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after its current batch; wait at most 10 s."""
        self._inbox.put(None)
        self._thread.join(10)

    def tell(self, resource: str, obj: Object) -> None:
        """Note a change; return at once."""
        self._inbox.put((resource, obj))

    def _run(self) -> None:
        while self._collect():
            for controller, due in zip(self._controllers, self._due, strict=True):
                now = time.monotonic()
                ready = sorted(key for key, when in due.items() if when <= now)
                if ready:
                    self._sync(controller, due, ready)

    def _collect(self) -> bool:
        """Wait for work and sort it by controller; False if asked to stop."""
        wait = self._wait()
        try:
            item = self._inbox.get(timeout=wait)
            while True:
                if item is None:
                    return False
                self._file(*item)
                item = self._inbox.get_nowait()
        except queue.Empty:
            return True

    def _wait(self) -> float | None:
        pending = [when for due in self._due for when in due.values()]
        return max(0.001, min(pending) - time.monotonic()) if pending else None

    def _file(self, resource: str, obj: Object) -> None:
        for controller, due in zip(self._controllers, self._due, strict=True):
            for key in controller.keys(resource, obj):
                due[key] = 0.0

    def _sync(self, controller: Controller, due: dict[Key, float], keys: Sequence[Key]) -> None:
        for key in keys:
            del due[key]
        try:
            again = controller.sync(keys)
        except Exception:
            log.exception("%s failed on %s", type(controller).__name__, keys[:3])
            again = dict.fromkeys(keys, RETRY_AFTER_BUG_SECONDS)
        now = time.monotonic()
        for key, seconds in again.items():
            due[key] = now + seconds


class Backoff:
    """Growing delays per key, doubling from `first` to `limit` seconds, as in controllers' queues."""

    def __init__(self, first: float, limit: float) -> None:
        self._first = first
        self._limit = limit
        self._last: dict[Key, float] = {}
        self._until: dict[Key, float] = {}

    def next(self, key: Key) -> float:
        """Seconds until the next look at `key`."""
        seconds = min(self._limit, self._last.get(key, self._first / 2) * 2)
        self._last[key] = seconds
        self._until[key] = time.monotonic() + seconds
        return seconds

    def left(self, key: Key) -> float:
        """Seconds left of the last delay: the controller's own change is no reason to hurry."""
        return max(0.0, self._until.get(key, 0.0) - time.monotonic())

    def forget(self, key: Key) -> None:
        """`key` is fine: its next delay starts at `first` again."""
        self._last.pop(key, None)
        self._until.pop(key, None)


def key_of(obj: Object) -> Key:
    """An object's controller key."""
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def in_parallel(act: Callable[[Object], float | None], objects: Sequence[Object]) -> dict[Key, float]:
    """Run `act` on each object, a few at a time; return the delays it asked for, by object key."""
    if not objects:
        return {}
    with ThreadPoolExecutor(CALLS_IN_PARALLEL) as pool:
        delays = list(pool.map(act, objects))
    pairs = zip(objects, delays, strict=True)
    return {key_of(obj): delay for obj, delay in pairs if delay is not None}
