"""The controller manager's work after a change: it finishes deletions (namespaces and their content,
owners and dependents) and updates quota counts."""

from __future__ import annotations

import queue
import threading
from typing import Any

from sandbox.kubernetes.quotas import count
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import NotFound, Store

Object = dict[str, Any]


class Controllers:
    """One thread that looks at every change; `stop` ends it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[tuple[str, str, Object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="controllers", daemon=True)
        self._unsubscribe = store.subscribe(lambda *change: self._queue.put(change))

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._unsubscribe()
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (change := self._queue.get()) is not None:
            try:
                self._look(*change)
            except NotFound:
                continue  # it is already gone, and its DELETED is in the queue

    def _look(self, kind: str, resource: str, obj: Object) -> None:
        count(self._store, obj["metadata"].get("namespace"), resource)
        if kind == "DELETED":
            self._collect_dependents(obj)
        elif resource == "namespaces" and "deletionTimestamp" in obj["metadata"]:
            self._empty(obj["metadata"]["name"])
        namespace = obj["metadata"].get("namespace")
        if kind == "DELETED" and namespace:
            self._finish_namespace(namespace)
        elif kind == "ADDED" and namespace and self._is_terminating(namespace):
            self._empty(namespace)

    def _collect_dependents(self, owner: Object) -> None:
        """Garbage collection: a dependent goes with its last owner."""
        uid = owner["metadata"]["uid"]
        for resource, obj in self._store.dependents(uid):
            meta = obj["metadata"]
            others = [row["uid"] for row in meta["ownerReferences"] if row["uid"] != uid]
            if not others:
                grace = _grace(obj) if resource == "pods" else 0
                self._delete(resource, meta.get("namespace"), meta["name"], grace)

    def _empty(self, namespace: str) -> None:
        for resource in _namespaced():
            for obj in self._store.peek_all(resource, namespace)[0]:
                if "deletionTimestamp" not in obj["metadata"]:
                    grace = _grace(obj) if resource == "pods" else 0
                    self._delete(resource, namespace, obj["metadata"]["name"], grace)
        self._finish_namespace(namespace)

    def _finish_namespace(self, namespace: str) -> None:
        """The namespace itself goes once nothing is left inside."""
        if not self._is_terminating(namespace):
            return
        if any(self._store.peek_all(resource, namespace)[0] for resource in _namespaced()):
            return
        self._store.update("namespaces", None, namespace, lambda obj: obj["spec"].pop("finalizers", None))

    def _is_terminating(self, namespace: str) -> bool:
        return "deletionTimestamp" in self._store.peek("namespaces", None, namespace)["metadata"]

    def _delete(self, resource: str, namespace: str | None, name: str, grace: int) -> None:
        try:
            self._store.delete(resource, namespace, name, grace)
        except NotFound:
            return


def _namespaced() -> list[str]:
    return [resource.plural for resource in RESOURCES.values() if resource.namespaced]


def _grace(pod: Object) -> int:
    if not pod["spec"].get("nodeName"):
        return 0
    return int(pod["spec"].get("terminationGracePeriodSeconds", 30))
