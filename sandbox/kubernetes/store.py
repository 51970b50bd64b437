"""One cluster's objects: the sandbox's etcd.

Objects are plain dictionaries. A stored object is never changed in place: every write replaces it. So
readers inside this package may hold references without a lock, and outside callers always get copies.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.kubernetes.resources import RESOURCES, WITH_GENERATION

Object = dict[str, Any]
Objects = list[Object]
Dependents = list[tuple[str, Object]]
Callback = Callable[[str, str, Object], None]
Key = tuple[str, str]

HISTORY = 50_000
"""How many changes a watch can look back; older resource versions answer 410 Gone."""

_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class StoreError(Exception):
    """The store refuses a read or write."""

    def __init__(self, resource: str, name: str, message: str) -> None:
        super().__init__(message)
        self.resource = resource
        self.name = name


class NotFound(StoreError):
    """No object has that name."""


class AlreadyExists(StoreError):
    """An object with that name already exists."""


class Conflict(StoreError):
    """The object changed since the resourceVersion or uid the writer holds."""


@dataclass(frozen=True)
class Change:
    """One entry of the history that watches replay: `kind` is ADDED, MODIFIED or DELETED."""

    revision: int
    kind: str
    resource: str
    obj: Object
    previous: Object | None


def copy(value: Any) -> Any:
    """A deep copy of a JSON value; several times faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy(item) for item in value]
    return value


def generated_name(prefix: str) -> str:
    """`prefix` and five letters, as the API server makes names from generateName."""
    return prefix + "".join(random.choices(_SUFFIX_LETTERS, k=5))


def timestamp(now: datetime) -> str:
    """`now` in the form Kubernetes writes times: RFC 3339, UTC, whole seconds."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """Thread-safe objects by (resource, namespace, name); `resource` is the plural, `namespace` None for
    cluster-scoped kinds. Callers own every dictionary they receive."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.history: deque[Change] = deque(maxlen=HISTORY)
        self._objects: dict[str, dict[Key, Object]] = {}
        self._callbacks: list[Callback] = []
        self._revision = 1000

    @property
    def revision(self) -> int:
        """The newest change's resource version."""
        return self._revision

    def create(self, resource: str, namespace: str | None, obj: Object) -> Object:
        """Store `obj` and return it with name (from generateName), uid, resourceVersion and
        creationTimestamp. Sets apiVersion and kind. Raises AlreadyExists."""
        made = copy(obj)
        with self.changed:
            bucket = self._objects.setdefault(resource, {})
            self._identify(made, resource, namespace, bucket)
            key = (namespace or "", made["metadata"]["name"])
            if key in bucket:
                raise AlreadyExists(resource, key[1], f'{resource} "{key[1]}" already exists')
            self._write("ADDED", resource, key, made, None)
        self._tell("ADDED", resource, made)
        return copy(made)  # type: ignore[no-any-return]

    def get(self, resource: str, namespace: str | None, name: str) -> Object:
        """The object. Raises NotFound."""
        return copy(self.peek(resource, namespace, name))  # type: ignore[no-any-return]

    def list(self, resource: str, namespace: str | None = None) -> Objects:
        """All objects of the kind, or only those in one namespace, sorted by namespace and name."""
        return [copy(obj) for obj in self.peek_all(resource, namespace)[0]]

    def update(
        self, resource: str, namespace: str | None, name: str, change: Callable[[Object], Any]
    ) -> Object:
        """Run `change` on a copy of the object, under the lock, and store the result (spec, status or
        metadata: the controllers' back door). A changed spec raises the generation. An object with a
        deletionTimestamp and no finalizers is removed. Raises NotFound, and any error from `change`."""
        with self.changed:
            old = self.peek(resource, namespace, name)
            new = copy(old)
            change(new)
            _keep_identity(old, new)
            if new == old:
                return new  # type: ignore[no-any-return]
            kind = self._replace(resource, (namespace or "", name), old, new)
        self._tell(kind, resource, new)
        return copy(new)  # type: ignore[no-any-return]

    def delete(
        self,
        resource: str,
        namespace: str | None,
        name: str,
        grace_seconds: int = 0,
        check: Callable[[Object], Any] = lambda _: None,
    ) -> None:
        """Remove the object, or set its deletionTimestamp if finalizers hold it. A pod with a grace period
        stays until a second delete without one (the kubelet's). `check` sees the object under the lock before
        anything changes. Raises NotFound, and any error from `check`."""

        def mark(obj: Object) -> None:
            check(obj)
            meta = obj["metadata"]
            if grace_seconds < meta.get("deletionGracePeriodSeconds", grace_seconds + 1):
                meta["deletionTimestamp"] = timestamp(self.clock() + timedelta(seconds=grace_seconds))
                meta["deletionGracePeriodSeconds"] = grace_seconds
            if resource == "namespaces":
                obj.setdefault("status", {})["phase"] = "Terminating"

        self.update(resource, namespace, name, mark)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call `callback(event_type, resource, obj)` after each change, in the writer's thread and without
        the lock: be quick, or hand over to a queue. Return the function that ends the subscription."""
        with self.changed:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self.changed:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return unsubscribe

    def peek(self, resource: str, namespace: str | None, name: str) -> Object:
        """The stored object itself, read-only. Raises NotFound."""
        found = self._objects.get(resource, {}).get((namespace or "", name))
        if found is None:
            raise NotFound(resource, name, f'{resource} "{name}" not found')
        return found

    def peek_all(self, resource: str, namespace: str | None = None) -> tuple[Objects, int]:
        """The stored objects, read-only and sorted, and the revision they were read at."""
        with self.changed:
            items = sorted(self._objects.get(resource, {}).items())
            revision = self._revision
        return [obj for (where, _), obj in items if namespace is None or where == namespace], revision

    def dependents(self, owner: str) -> Dependents:
        """The (resource, stored object) pairs whose ownerReferences name the uid `owner`, read-only."""
        with self.changed:
            return [
                (resource, obj)
                for resource, bucket in self._objects.items()
                for obj in bucket.values()
                if any(row.get("uid") == owner for row in obj["metadata"].get("ownerReferences") or [])
            ]

    def _identify(self, obj: Object, resource: str, namespace: str | None, bucket: dict[Key, Object]) -> None:
        meta = obj.setdefault("metadata", {})
        kind = RESOURCES.get(resource)
        if kind is not None:
            obj.setdefault("apiVersion", kind.api_version)
            obj.setdefault("kind", kind.kind)
        if namespace is not None:
            meta["namespace"] = namespace
        while not meta.get("name"):
            name = generated_name(meta.get("generateName", ""))
            if (namespace or "", name) not in bucket:
                meta["name"] = name
        meta["uid"] = str(uuid.uuid4())
        meta["creationTimestamp"] = timestamp(self.clock())
        meta.pop("generation", None)
        if resource in WITH_GENERATION:
            meta["generation"] = 1
        meta.pop("deletionTimestamp", None)

    def _replace(self, resource: str, key: Key, old: Object, new: Object) -> str:
        if resource in WITH_GENERATION and old.get("spec") != new.get("spec"):
            new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        kind = "DELETED" if _is_finished(new) else "MODIFIED"
        self._write(kind, resource, key, new, old)
        return kind

    def _write(self, kind: str, resource: str, key: Key, obj: Object, previous: Object | None) -> None:
        self._revision += 1
        obj["metadata"]["resourceVersion"] = str(self._revision)
        if kind == "DELETED":
            del self._objects[resource][key]
        else:
            self._objects[resource][key] = obj
        self.history.append(Change(self._revision, kind, resource, obj, previous))
        self.changed.notify_all()

    def _tell(self, kind: str, resource: str, obj: Object) -> None:
        for callback in list(self._callbacks):
            callback(kind, resource, copy(obj))


def _keep_identity(old: Object, new: Object) -> None:
    for field in ("name", "namespace", "uid", "creationTimestamp", "resourceVersion"):
        if field in old["metadata"]:
            new["metadata"][field] = old["metadata"][field]


def _is_finished(obj: Object) -> bool:
    """Whether nothing holds a deleted object: finalizers (a namespace also has them in its spec) or grace."""
    meta = obj["metadata"]
    held = meta.get("finalizers") or (obj["kind"] == "Namespace" and obj.get("spec", {}).get("finalizers"))
    held = held or (obj["kind"] == "Pod" and meta.get("deletionGracePeriodSeconds"))
    return "deletionTimestamp" in meta and not held
