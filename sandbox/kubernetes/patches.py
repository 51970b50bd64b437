"""Merge patch (RFC 7386), JSON patch (RFC 6902) and Kubernetes' strategic merge patch."""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.errors import unprocessable_patch
from sandbox.kubernetes.store import copy

_REPLACE, _DELETE = "replace", "delete"

PRIMITIVE_SETS = frozenset({"finalizers"})
"""Lists of plain values that merge as sets."""

MERGE_KEYS = {
    "addresses": ("type",),
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "ports": ("containerPort", "port"),
    "secrets": ("name",),
    "topologySpreadConstraints": ("topologyKey",),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
"""patchMergeKey of the lists in our kinds (k8s.io/api struct tags); any other list, such as a node's taints,
is replaced whole."""


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: null removes a key, and anything but an object replaces."""
    if not isinstance(patch, dict):
        return copy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def json_patch(target: Any, operations: list[dict[str, Any]]) -> Any:
    """RFC 6902. Raises ApiError 422 if a path does not exist or a `test` fails."""
    document = {"": copy(target)}
    try:
        for operation in operations:
            _operate(document, operation)
    except (KeyError, IndexError, ValueError, TypeError) as problem:
        raise unprocessable_patch() from problem
    return document[""]


def strategic_patch(target: Any, patch: Any) -> Any:
    """Strategic merge: lists with a merge key join element by element; `$patch`, `$retainKeys`,
    `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are honoured. Source: Kubernetes documentation,
    "Update API Objects in Place Using kubectl patch"."""
    if not isinstance(patch, dict):
        return copy(patch)
    directive = patch.get("$patch")
    plain = {key: value for key, value in patch.items() if not key.startswith("$")}
    if directive == _REPLACE:
        return copy(plain)
    result = dict(target) if isinstance(target, dict) else {}
    if directive == _DELETE:
        return {}
    if "$retainKeys" in patch:
        result = {key: value for key, value in result.items() if key in patch["$retainKeys"]}
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [item for item in result.get(name) or [] if item not in value]
    for key, value in plain.items():
        _merge_field(result, key, value)
    return result


def merge_key(field: str, items: list[Any]) -> str | None:
    """The key whose value identifies an element of the list `field`, or None for lists replaced whole."""
    rows = [item for item in items if isinstance(item, dict)]
    for key in MERGE_KEYS.get(field, ()):
        if rows and all(key in row for row in rows):
            return key
    return None


def _merge_field(result: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        result.pop(key, None)
    elif isinstance(value, list) and key in PRIMITIVE_SETS:
        present = result.get(key) or []
        result[key] = present + [item for item in value if item not in present]
    elif isinstance(value, list) and (by := merge_key(key, value)):
        result[key] = _merge_list(result.get(key) or [], value, by)
    elif isinstance(value, list):
        result[key] = [item for item in copy(value) if not (isinstance(item, dict) and "$patch" in item)]
    else:
        result[key] = strategic_patch(result.get(key), value)


def _merge_list(present: list[Any], patch: list[Any], key: str) -> list[Any]:
    merged = list(present)
    for row in patch:
        place = next((i for i, old in enumerate(merged) if old.get(key) == row[key]), None)
        if row.get("$patch") == _DELETE:
            if place is not None:
                del merged[place]
        elif place is None:
            merged.append(strategic_patch({}, row))
        else:
            merged[place] = strategic_patch(merged[place], row)
    return merged


def _operate(document: dict[str, Any], operation: dict[str, Any]) -> None:
    kind, path = operation["op"], operation["path"]
    if kind == "test":
        if _read(document, path) != operation["value"]:
            raise ValueError(f"testing value {path} failed")
    elif kind == "add":
        _insert(document, path, copy(operation["value"]))
    elif kind == "remove":
        _remove(document, path)
    elif kind == "replace":
        _read(document, path)
        _assign(document, path, copy(operation["value"]))
    elif kind in ("move", "copy"):
        value = copy(_read(document, operation["from"]))
        if kind == "move":
            _remove(document, operation["from"])
        _insert(document, path, value)
    else:
        raise ValueError(f"unknown operation {kind}")


def _parent(document: dict[str, Any], path: str) -> tuple[Any, str]:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")]
    where: Any = document
    for step in steps[:-1]:
        where = where[int(step)] if isinstance(where, list) else where[step]
    return where, steps[-1]


def _read(document: dict[str, Any], path: str) -> Any:
    where, last = _parent(document, path)
    return where[int(last)] if isinstance(where, list) else where[last]


def _insert(document: dict[str, Any], path: str, value: Any) -> None:
    where, last = _parent(document, path)
    if isinstance(where, list):
        where.insert(len(where) if last == "-" else int(last), value)
    else:
        where[last] = value


def _assign(document: dict[str, Any], path: str, value: Any) -> None:
    where, last = _parent(document, path)
    where[int(last) if isinstance(where, list) else last] = value


def _remove(document: dict[str, Any], path: str) -> None:
    where, last = _parent(document, path)
    del where[int(last) if isinstance(where, list) else last]
