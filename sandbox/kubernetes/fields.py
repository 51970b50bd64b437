"""How the API server reads a body: known fields with their types; it reports and drops the others.

The table comes from the OpenAPI schemas of Kubernetes 1.36 and the snapshot CustomResourceDefinitions.
Texts: the answers of kube-apiserver 1.36.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.kubernetes.json_text import Repeating
from sandbox.kubernetes.quantity import NO_QUANTITY, is_quantity
from sandbox.kubernetes.snapshot_fields import SNAPSHOT_KINDS, SNAPSHOT_TYPES

TABLE = Path(__file__).with_name("fields.json")

_LOADED = json.loads(TABLE.read_text())
_KINDS: Mapping[str, str] = _LOADED["kinds"] | SNAPSHOT_KINDS
_TYPES: Mapping[str, Mapping[str, str]] = _LOADED["types"] | SNAPSHOT_TYPES

_INDEX = re.compile(r"\[\d+\]")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)
_GO_KINDS = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}
_JSON_KINDS = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}


@dataclass(frozen=True)
class Mistyped:
    """A value whose type differs from its field's: in the words of Go's decoder, and as a custom resource's
    schema reports it (the actual and expected JSON types)."""

    path: str
    text: str
    is_: str
    should: str


@dataclass
class Decoded:
    """An object with its known fields only, and the paths that were unknown, repeated or mistyped, in body
    order."""

    obj: Any
    unknown: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    mistyped: list[Mistyped] = field(default_factory=list)


def is_known(kind: str) -> bool:
    """Whether `apiVersion/kind` is in the table."""
    return kind in _KINDS


def decode(kind: str, obj: Any) -> Decoded:
    """The object as the server reads it: without nulls, unknown fields and empty optional lists and maps.
    `kind` is `apiVersion/kind`; an object whose kind is not in the table stays unchanged."""
    decoded = Decoded(obj)
    if is_known(kind):
        decoded.obj = _Reader(decoded).value(obj, _KINDS[kind], "", _KINDS[kind])
    return decoded


class _Reader:
    def __init__(self, decoded: Decoded) -> None:
        self._decoded = decoded

    def value(self, value: Any, type_: str, path: str, owner: str) -> Any:
        """`value` as the given type; `owner` is the type of the object that holds the field."""
        if type_ in _TYPES:
            return (
                self._object(value, type_, path)
                if isinstance(value, dict)
                else self._wrong(value, type_, path, owner)
            )
        if type_.startswith("[]"):
            if not isinstance(value, list):
                return self._wrong(value, type_, path, owner)
            return [
                self.value(each, type_[2:], f"{path}[{index}]", owner) for index, each in enumerate(value)
            ]
        if type_.startswith("{}"):
            if not isinstance(value, dict):
                return self._wrong(value, type_, path, owner)
            return {key: self.value(each, type_[2:], path, owner) for key, each in value.items()}
        return value if self._fits(value, type_, path) else self._wrong(value, type_, path, owner)

    def _object(self, obj: Mapping[str, Any], type_: str, path: str) -> dict[str, Any]:
        fields, kept = _TYPES[type_], {}
        if isinstance(obj, Repeating):
            self._decoded.repeated += [f"{path}.{name}" if path else name for name in obj.repeated]
        for name, value in obj.items():
            place = f"{path}.{name}" if path else name
            if name not in fields:
                self._decoded.unknown.append(place)
            elif value is not None:
                wanted = fields[name]
                read = self.value(value, wanted.rstrip("!"), place, type_)
                if wanted.endswith("!") or wanted[:2] not in ("[]", "{}") or read:
                    kept[name] = read
        return kept

    def _fits(self, value: Any, type_: str, path: str) -> bool:
        if type_ == "any":
            return True
        if type_ == "string":
            return isinstance(value, str)
        if type_ == "bool":
            return isinstance(value, bool)
        if type_ in ("int32", "int64"):
            return isinstance(value, int) and not isinstance(value, bool)
        if type_ == "float64":
            return isinstance(value, int | float) and not isinstance(value, bool)
        if type_ == "int-or-string":
            return isinstance(value, int | str) and not isinstance(value, bool)
        return self._reads(value, type_, path)

    def _reads(self, value: Any, type_: str, path: str) -> bool:
        """Whether a quantity or a time is well formed; if not, its own error text is recorded."""
        if type_ == "quantity":
            if is_quantity(value):
                return True
            text = NO_QUANTITY
        else:
            if isinstance(value, str) and _TIME.fullmatch(value):
                return True
            shown = json.dumps(value)
            text = f'parsing time {shown} as "2006-01-02T15:04:05Z07:00": cannot parse {shown} as "2006"'
        self._decoded.mistyped.append(Mistyped(path, text, _JSON_KINDS[type(value)], "string"))
        return True

    def _wrong(self, value: Any, type_: str, path: str, owner: str) -> Any:
        is_ = type(value) if value is not None else str
        where = f"Go struct field {owner.rpartition('.')[2]}.{_INDEX.sub('', path)}"
        text = f"json: cannot unmarshal {_GO_KINDS[is_]} into {where} of type {_go_type(type_)}"
        self._decoded.mistyped.append(Mistyped(path, text, _JSON_KINDS[is_], _json_type(type_)))
        return value


def _go_type(type_: str) -> str:
    if type_.startswith("[]"):
        return f"[]{_go_type(type_[2:])}"
    if type_.startswith("{}"):
        return f"map[string]{_go_type(type_[2:])}"
    return ".".join(type_.split(".")[-2:])


def _json_type(type_: str) -> str:
    if type_.startswith("[]"):
        return "array"
    named = {"bool": "boolean", "int32": "integer", "int64": "integer", "float64": "number"}
    return named.get(
        type_, "string" if type_ in ("string", "time", "quantity", "int-or-string") else "object"
    )
