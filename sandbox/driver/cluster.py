"""The store as controllers use it: reads may return None, writes ignore missing objects; and events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.kubernetes.store import NotFound, Store, timestamp

Object = dict[str, Any]


class Cluster:
    """A thin view of the store for controllers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._events: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._lock = threading.Lock()

    def now(self) -> str:
        """The store's time as Kubernetes writes it (RFC 3339, UTC, whole seconds)."""
        return timestamp(self.store.clock())

    def find(self, resource: str, namespace: str | None, name: str) -> Object | None:
        """A copy of the object, or None."""
        try:
            return self.store.get(resource, namespace or None, name)
        except NotFound:
            return None

    def peek(self, resource: str, namespace: str | None = None) -> list[Object]:
        """The objects themselves, read-only: copying a thousand on each look would be slow."""
        return self.store.peek_all(resource, namespace)[0]

    def change(
        self, resource: str, namespace: str | None, name: str, change: Callable[[Object], Any]
    ) -> Object | None:
        """Change the object; None if it is gone."""
        try:
            return self.store.update(resource, namespace or None, name, change)
        except NotFound:
            return None

    def delete(self, resource: str, namespace: str | None, name: str) -> None:
        """Delete the object if it exists."""
        try:
            self.store.delete(resource, namespace or None, name)
        except NotFound:
            return

    def normal(self, obj: Object, component: str, reason: str, message: str) -> None:
        """Record a Normal event about `obj`."""
        self._record(obj, "Normal", component, reason, message)

    def warning(self, obj: Object, component: str, reason: str, message: str) -> None:
        """Record a Warning event about `obj`."""
        self._record(obj, "Warning", component, reason, message)

    def _record(self, obj: Object, kind: str, component: str, reason: str, message: str) -> None:
        """A repeated event raises `count`, as the API machinery's event correlator does."""
        identity = (obj["metadata"]["uid"], reason, message)
        with self._lock:
            known = self._events.get(identity)
            if known and self._repeat(*known):
                return
            event = _event(obj, kind, component, reason, message, self.now())
            made = self.store.create("events", event["metadata"]["namespace"], event)["metadata"]
            self._events[identity] = (made["namespace"], made["name"])

    def _repeat(self, namespace: str, name: str) -> bool:
        def again(event: Object) -> None:
            event["count"] += 1
            event["lastTimestamp"] = self.now()

        return self.change("events", namespace, name, again) is not None


def _event(obj: Object, kind: str, component: str, reason: str, message: str, now: str) -> Object:
    meta = obj["metadata"]
    namespace = meta.get("namespace", "default")
    involved = {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "resourceVersion": meta["resourceVersion"],
    }
    if "namespace" in meta:
        involved["namespace"] = namespace
    return {
        "metadata": {"name": f"{meta['name']}.{time.time_ns():x}", "namespace": namespace},
        "involvedObject": involved,
        "type": kind,
        "reason": reason,
        "message": message,
        "source": {"component": component},
        "reportingComponent": component,
        "reportingInstance": "",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }


def annotations_of(obj: Object) -> dict[str, str]:
    """The object's annotations, {} if it has none."""
    return obj["metadata"].get("annotations") or {}


def labels_of(obj: Object) -> dict[str, str]:
    """The object's labels, {} if it has none."""
    return obj["metadata"].get("labels") or {}


def annotate(obj: Object, **values: str) -> None:
    """Set annotations; the keyword form is for `**{"key/with.dots": "value"}`."""
    obj["metadata"].setdefault("annotations", {}).update(values)


def is_deleting(obj: Object) -> bool:
    """Whether the object's deletion was requested."""
    return "deletionTimestamp" in obj["metadata"]


def add_finalizer(obj: Object, *names: str) -> None:
    """Add missing finalizers; the API server refuses this on an object being deleted."""
    if is_deleting(obj):
        return
    held = obj["metadata"].setdefault("finalizers", [])
    held.extend(name for name in names if name not in held)


def drop_finalizer(obj: Object, *names: str) -> None:
    """Remove finalizers."""
    left = [name for name in obj["metadata"].get("finalizers", []) if name not in names]
    if left:
        obj["metadata"]["finalizers"] = left
    else:
        obj["metadata"].pop("finalizers", None)


def has_finalizer(obj: Object, name: str) -> bool:
    """Whether the object carries the finalizer."""
    return name in obj["metadata"].get("finalizers", [])
