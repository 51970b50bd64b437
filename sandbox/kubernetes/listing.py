"""Lists: selectors, and pages that all show the moment of the first one.

Source: Kubernetes documentation, "Retrieving large results sets in chunks".
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass

from sandbox.kubernetes.errors import bad_request, expired, too_new
from sandbox.kubernetes.requests import Object, Request, Target
from sandbox.kubernetes.selectors import Matches, field_selector, label_selector
from sandbox.kubernetes.store import Store

_KEPT = 64
"""How many paged lists are kept; the oldest token answers 410, as after etcd compaction."""

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list without the continue parameter, or use the continue token in this response to retrieve the "
    "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
    "that were created, modified, or deleted between the time the first chunk was returned and now may show "
    "up in the list."
)


@dataclass(frozen=True)
class Page:
    """Part of a list, the resource version of the whole, and where the rest starts."""

    items: list[Object]
    revision: int
    token: str = ""
    remaining: int = 0


class Pages:
    """Reads one store's lists, page by page."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._snapshots: OrderedDict[tuple[str, str, int], list[Object]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, request: Request, target: Target) -> Page:
        """One page of what `request` asks for. Raises ApiError 410 for a token that is too old and 400 for
        one that this server did not issue."""
        matches = selection(request, target)
        refuse_future(request, self._store.revision)
        limit = request.number("limit")
        token = request.query.get("continue", "")
        if not token:
            items, revision = self._store.peek_all(target.resource.plural, target.namespace)
            return self._page(target, [obj for obj in items if matches(obj)], revision, 0, limit)
        revision, after = _decode(token)
        if revision < 0:
            return self._inconsistent(target, matches, after, limit)
        items = self._snapshot(target, revision, after)
        return self._page(target, items, revision, _position(items, after), limit)

    def expire(self) -> None:
        """Make every outstanding continue token too old."""
        with self._lock:
            self._snapshots.clear()

    def _inconsistent(self, target: Target, matches: Matches, after: list[str], limit: int) -> Page:
        items, revision = self._store.peek_all(target.resource.plural, target.namespace)
        kept = [obj for obj in items if matches(obj)]
        return self._page(target, kept, revision, _position(kept, after), limit)

    def _page(self, target: Target, items: list[Object], revision: int, start: int, limit: int) -> Page:
        end = start + limit if limit else len(items)
        if end >= len(items):
            return Page(items[start:], revision)
        with self._lock:
            key = (target.resource.plural, target.namespace or "", revision)
            self._snapshots[key] = items
            while len(self._snapshots) > _KEPT:
                self._snapshots.popitem(last=False)
        return Page(items[start:end], revision, _encode(revision, _key(items[end - 1])), len(items) - end)

    def _snapshot(self, target: Target, revision: int, after: list[str]) -> list[Object]:
        with self._lock:
            found = self._snapshots.get((target.resource.plural, target.namespace or "", revision))
        if found is None:
            raise expired(_TOO_OLD, _encode(-1, after))
        return found


def refuse_future(request: Request, current: int) -> None:
    """Raise ApiError 504 for a read at a future version (the real server first waits three seconds for it),
    400 for a version that is not a number."""
    text = request.query.get("resourceVersion") or "0"
    if not text.isdecimal():
        parsing = f'strconv.ParseUint: parsing "{text}": invalid syntax'
        cause = f'resourceVersion: Invalid value: "{text}": {parsing}'
        raise bad_request(f"invalid resource version: {cause}")
    if int(text) > current:
        raise too_new(int(text), current)


def selection(request: Request, target: Target) -> Matches:
    """Whether the request selects an object by labels, fields and name."""
    by_labels = label_selector(request.query.get("labelSelector", ""))
    by_fields = field_selector(target.resource.plural, request.query.get("fieldSelector", ""))
    return lambda obj: by_labels(obj) and by_fields(obj)


def _key(obj: Object) -> list[str]:
    return [obj["metadata"].get("namespace", ""), obj["metadata"]["name"]]


def _position(items: list[Object], after: list[str]) -> int:
    return next((i for i, obj in enumerate(items) if _key(obj) > after), len(items))


def _encode(revision: int, after: list[str]) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": after})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(token: str) -> tuple[int, list[str]]:
    try:
        decoded = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        found = json.loads(decoded)
        return int(found["rv"]), [str(part) for part in found["start"]]
    except (ValueError, KeyError, TypeError) as problem:
        first = decoded[:1].decode(errors="replace") if not isinstance(problem, binascii.Error) else ""
        text = f"invalid character '{first}' looking for beginning of value" if first else str(problem)
        raise bad_request(f"invalid continue token: continue key is not valid: {text}") from problem
