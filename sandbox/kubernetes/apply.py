"""Server-side apply: who owns which field, and what an apply may change.

Source: Kubernetes documentation, "Server-Side Apply". Only appliers own fields here; fields that others
write by update or patch are taken over without a conflict.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.patches import PRIMITIVE_SETS, merge_key
from sandbox.kubernetes.resources import Resource
from sandbox.kubernetes.store import copy, timestamp

Object = dict[str, Any]
Path = tuple[str, ...]

_NOT_OWNED: frozenset[Path] = frozenset(
    {("f:apiVersion",), ("f:kind",), ("f:metadata", "f:name"), ("f:metadata", "f:namespace")}
)


def apply_object(
    resource: Resource, old: Object | None, config: Object, manager: str, force: bool, now: datetime
) -> Object:
    """The object after `manager` applied `config`: its fields are set, and fields it applied before but now
    omits are removed. ApiError 409 if another applier owns a field with another value, unless `force`."""
    current = copy(old) if old else {"metadata": {}}
    managers = {row["manager"]: row for row in current["metadata"].pop("managedFields", [])}
    fields = _paths(config) - _NOT_OWNED
    owned = {name: _unfold(row["fieldsV1"]) for name, row in managers.items() if name != manager}
    contested = {
        path: name
        for name, paths in owned.items()
        for path in sorted(fields & paths)
        if _at(current, path) != _at(config, path)
    }
    if contested and not force:
        raise _conflict(contested)
    before = _unfold(managers[manager]["fieldsV1"]) if manager in managers else set()
    elsewhere = set().union(*owned.values()) if owned else set()
    for path in sorted(before - fields - elsewhere, key=len, reverse=True):
        _drop(current, path)
    merged: Object = _merge(current, config, "")
    managers[manager] = {"manager": manager, "fieldsV1": _fold(fields)}
    for name in set(contested.values()):
        left = owned[name] - set(contested)
        managers[name]["fieldsV1"] = _fold(left)
    merged["metadata"]["managedFields"] = [
        {
            "manager": name,
            "operation": "Apply",
            "apiVersion": resource.api_version,
            "time": row.get("time", timestamp(now)),
            "fieldsType": "FieldsV1",
            "fieldsV1": row["fieldsV1"],
        }
        for name, row in managers.items()
        if row["fieldsV1"]
    ]
    return merged


def _conflict(contested: dict[Path, str]) -> ApiError:
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{name}"', "field": _dotted(path)}
        for path, name in contested.items()
    ]
    rows = [f'conflict with "{name}": {_dotted(path)}' for path, name in contested.items()]
    text = rows[0] if len(rows) == 1 else f"conflicts: {'; '.join(rows)}"
    plural = "1 conflict" if len(rows) == 1 else f"{len(rows)} conflicts"
    return ApiError(409, "Conflict", f"Apply failed with {plural}: {text}", {"causes": causes})


def _dotted(path: Path) -> str:
    return "".join(f"[{step[2:]}]" if step[0] in "kv" else f".{step[2:]}" for step in path)


def _paths(value: Any, field: str = "", prefix: Path = ()) -> set[Path]:
    """A configuration's leaves, as paths of `f:`, `k:` and `v:` steps."""
    if isinstance(value, dict) and value:
        return {path for key, item in value.items() for path in _paths(item, key, (*prefix, f"f:{key}"))}
    if isinstance(value, list) and field in PRIMITIVE_SETS:
        return {(*prefix, f"v:{json.dumps(item)}") for item in value}
    if isinstance(value, list) and (key := merge_key(field, value)):
        return {
            path for row in value for path in _paths(row, "", (*prefix, f"k:{json.dumps({key: row[key]})}"))
        }
    return {prefix}


def _at(obj: Any, path: Path) -> Any:
    for step in path:
        obj = _child(obj, step)
    return obj


def _child(obj: Any, step: str) -> Any:
    kind, text = step[0], step[2:]
    if kind == "f":
        return obj.get(text) if isinstance(obj, dict) else None
    wanted = json.loads(text)
    for row in obj if isinstance(obj, list) else []:
        if row == wanted if kind == "v" else all(row.get(key) == wanted[key] for key in wanted):
            return row
    return None


def _drop(obj: Object, path: Path) -> None:
    parent, last = _at(obj, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent.pop(last[2:], None)
    elif isinstance(parent, list) and (found := _child(parent, last)) is not None:
        parent.remove(found)


def _merge(current: Any, config: Any, field: str) -> Any:
    if isinstance(config, dict) and isinstance(current, dict):
        merged = dict(current)
        for key, value in config.items():
            merged[key] = _merge(current.get(key), value, key)
        return merged
    if isinstance(config, list) and isinstance(current, list):
        if field in PRIMITIVE_SETS:
            return current + [item for item in config if item not in current]
        if key := merge_key(field, config):
            rows = {row.get(key): row for row in current}
            for row in config:
                rows[row[key]] = _merge(rows.get(row[key], {}), row, "")
            return list(rows.values())
    return copy(config)


def _fold(paths: set[Path]) -> Object:
    """Paths as FieldsV1's nested maps; `.` marks a path that ends inside another."""
    tree: Object = {}
    for path in sorted(paths):
        where = tree
        for step in path:
            where = where.setdefault(step, {})
        where["."] = {}
    return _tidy(tree)


def _tidy(tree: Object) -> Object:
    if set(tree) == {"."}:
        return {}
    return {step: {} if step == "." else _tidy(below) for step, below in tree.items()}


def _unfold(tree: Object, prefix: Path = ()) -> set[Path]:
    if not tree:
        return {prefix} if prefix else set()
    return {
        path
        for step, below in tree.items()
        for path in ({prefix} if step == "." else _unfold(below, (*prefix, step)))
    }
