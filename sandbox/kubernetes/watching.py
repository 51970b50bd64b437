"""Watches: the history after a resource version, as a stream of JSON lines.

Source: Kubernetes documentation, "Efficient detection of changes".
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

from sandbox.kubernetes.errors import bad_request, expired
from sandbox.kubernetes.listing import selection
from sandbox.kubernetes.requests import Object, Request, Target
from sandbox.kubernetes.selectors import Matches
from sandbox.kubernetes.store import Change, Store

DEFAULT_SECONDS = 300
"""How long a watch without timeoutSeconds stays open."""

BOOKMARK_SECONDS = 60

_INITIAL_END = {"k8s.io/initial-events-end": "true"}

Shape = Callable[[Object], Object]


class Watch:
    """One open watch on a store; `stopping` ends it early."""

    def __init__(
        self, store: Store, request: Request, target: Target, stopping: threading.Event, shape: Shape
    ) -> None:
        self._store = store
        self._target = target
        self._stopping = stopping
        self._shape = shape
        self._matches: Matches = selection(request, target)
        self._seconds = request.number("timeoutSeconds") or DEFAULT_SECONDS
        self._bookmarks = request.flag("allowWatchBookmarks")
        self._initial_end = request.flag("sendInitialEvents")
        self._from = "" if self._initial_end else request.query.get("resourceVersion", "")
        if self._from and not self._from.isdecimal():
            raise bad_request(f'resourceVersion: Invalid value: "{self._from}": it must be a whole number')

    def stream(self) -> Iterator[bytes]:
        """The events, one JSON line each, until the time is up."""
        ends = time.monotonic() + self._seconds
        seen, initial = self._start()
        yield from initial
        if seen < 0:
            return
        # Without bookmarks nothing is due before the end; waiting for an overdue one would never wait.
        bookmark_at = time.monotonic() + BOOKMARK_SECONDS if self._bookmarks else ends
        while not self._stopping.is_set():
            changes, seen = self._next(seen, min(ends, bookmark_at))
            yield from (line for change in changes if (line := self._event(change)))
            now = time.monotonic()
            if self._bookmarks and now >= min(ends, bookmark_at):
                yield self._bookmark(seen)
                bookmark_at = now + BOOKMARK_SECONDS
            if now >= ends:
                return

    def _start(self) -> tuple[int, list[bytes]]:
        """Where to resume, and what to send at once; -1 if the requested version is too old."""
        if self._from in ("", "0"):
            items, revision = self._store.peek_all(self._target.resource.plural, self._target.namespace)
            lines = [self._line("ADDED", obj) for obj in items if self._matches(obj)]
            if self._initial_end:
                lines.append(self._bookmark(revision, _INITIAL_END))
            return revision, lines
        wanted, oldest = int(self._from), self._oldest()
        if wanted < oldest:
            problem = expired(f"too old resource version: {wanted} ({oldest})")
            return -1, [_encode("ERROR", problem.status())]
        return wanted, []

    def _oldest(self) -> int:
        with self._store.changed:
            history = self._store.history
            return history[0].revision - 1 if len(history) == history.maxlen else 0

    def _next(self, seen: int, until: float) -> tuple[list[Change], int]:
        """The changes after `seen`; waits until the monotonic time `until` for the first one."""
        with self._store.changed:
            while self._store.revision <= seen and not self._stopping.is_set():
                left = until - time.monotonic()
                if left <= 0:
                    return [], seen
                self._store.changed.wait(min(left, 1.0))
            fresh: list[Change] = []
            for change in reversed(self._store.history):
                if change.revision <= seen:
                    break
                fresh.append(change)
            return fresh[::-1], max(seen, self._store.revision)

    def _event(self, change: Change) -> bytes | None:
        """An object that starts or stops matching the selectors is ADDED or DELETED for this watcher."""
        target = self._target
        if change.resource != target.resource.plural:
            return None
        if target.namespace is not None and change.obj["metadata"].get("namespace") != target.namespace:
            return None
        before = change.previous is not None and self._matches(change.previous)
        after = change.kind != "DELETED" and self._matches(change.obj)
        if not before and not after:
            return None
        kind = "DELETED" if not after else "MODIFIED" if before else "ADDED"
        return self._line(kind, change.obj)

    def _line(self, kind: str, obj: Object) -> bytes:
        return _encode(kind, self._shape(obj))

    def _bookmark(self, revision: int, annotations: dict[str, str] | None = None) -> bytes:
        resource = self._target.resource
        metadata: Object = {"resourceVersion": str(revision)}
        if annotations:
            metadata["annotations"] = annotations
        mark = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata}
        return _encode("BOOKMARK", mark)


def _encode(kind: str, obj: Object) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode() + b"\n"
