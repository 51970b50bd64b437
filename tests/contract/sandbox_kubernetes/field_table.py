"""The fields of the kinds that the sandbox's API serves, from Kubernetes' schemas.

`python -m tests.contract.sandbox_kubernetes.field_table` writes them to sandbox/kubernetes/fields.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kubernetes_validate

from sandbox.kubernetes.fields import TABLE
from sandbox.kubernetes.resources import RESOURCES

VERSION = "1.36"
SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
BODIES = ("policy/v1/Eviction", "v1/Binding", "autoscaling/v1/Scale", "v1/DeleteOptions")
"""Kinds that are sent below objects and with a delete."""

ANYTHING = {"JSONSchemaProps", "RawExtension", "FieldsV1", "JSON", "APIResourceList"}
SCALARS = {
    "Quantity": "quantity",
    "IntOrString": "int-or-string",
    "Time": "time",
    "MicroTime": "time",
}


def table() -> dict[str, Any]:
    """`kinds`: apiVersion/kind to its type. `types`: a type to the types of its fields.

    A type is the name of another, a scalar, `any`, `[]` and the type of a list's elements, or `{}` and that
    of a map's values. The type of a required field ends in `!`.
    """
    folder = SCHEMAS / f"v{VERSION}.0-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    kinds = {f"{row.api_version}/{row.kind}" for row in RESOURCES.values() if not row.custom} | {*BODIES}
    found = {kind: name for name, schema in definitions.items() for kind in _served(schema) & kinds}
    types: dict[str, dict[str, str]] = {}
    waiting = sorted(found.values())
    while waiting:
        name = waiting.pop()
        if _short(name) not in types:
            types[_short(name)] = _fields(definitions[name])
            waiting += [each for each in _referred(definitions[name]) if _scalar(each) is None]
    return {
        "kinds": {kind: _short(found[kind]) for kind in sorted(found)},
        "types": {name: types[name] for name in sorted(types)},
    }


def written() -> str:
    """The file's text: a line for each type."""
    found = table()
    rows = [
        f"  {json.dumps(part)}: {{\n"
        + ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in found[part].items())
        + "\n  }"
        for part in ("kinds", "types")
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _served(schema: dict[str, Any]) -> set[str]:
    return {
        f"{row['group']}/{row['version']}/{row['kind']}".lstrip("/")
        for row in schema.get("x-kubernetes-group-version-kind", [])
    }


def _fields(schema: dict[str, Any]) -> dict[str, str]:
    required = schema.get("required", [])
    return {
        name: _type(field) + ("!" if name in required else "")
        for name, field in sorted(schema.get("properties", {}).items())
    }


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return _scalar(name) or _short(name)
    named = schema.get("type", "any")
    kind = named if isinstance(named, str) else next(each for each in named if each != "null")
    if kind == "array":
        return f"[]{_type(schema['items'])}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"{{}}{_type(values)}" if isinstance(values, dict) else "any"
    if kind == "integer":
        return str(schema.get("format", "int64"))
    return {"boolean": "bool", "number": "float64"}.get(kind, kind)


def _referred(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in _referred(each)]
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return [schema["$ref"].removeprefix("#/$defs/")]
    return [name for each in schema.values() for name in _referred(each)]


def _scalar(name: str) -> str | None:
    last = name.rpartition(".")[2]
    return "any" if last in ANYTHING else SCALARS.get(last)


def _short(name: str) -> str:
    """`core.v1.PodSpec` of `io.k8s.api.core.v1.PodSpec`."""
    return ".".join(name.split(".")[-3:])


if __name__ == "__main__":
    TABLE.write_text(written())
