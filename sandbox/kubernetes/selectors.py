"""Label and field selectors for list, watch and deletecollection.

Grammar: Kubernetes documentation, "Labels and Selectors" and "Field Selectors".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.kubernetes.errors import ApiError, bad_request
from sandbox.kubernetes.resources import RESOURCES

Labels = Mapping[str, str]
Matches = Callable[[dict[str, Any]], bool]
_Requirement = Callable[[Labels], bool]

_SETS = re.compile(r"^(?P<key>[^\s!=<>(),]+)\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)$")
_EQUALS = re.compile(r"^(?P<key>[^\s!=<>(),]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s!=<>(),]*)$")
_EXISTS = re.compile(r"^(?P<absent>!?)\s*(?P<key>[^\s!=<>(),]+)$")

_EVERYWHERE = frozenset({"metadata.name", "metadata.namespace"})
_FIELDS = {
    "pods": {
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.serviceAccountName",
        "status.phase",
        "status.podIP",
    },
    "nodes": {"spec.unschedulable"},
    "namespaces": {"status.phase"},
    "secrets": {"type"},
    "events": {
        *(
            f"involvedObject.{name}"
            for name in ["kind", "namespace", "name", "uid", "apiVersion", "fieldPath"]
        ),
        "involvedObject.resourceVersion",
        "reason",
        "source",
        "type",
        "reportingComponent",
    },
}


def label_selector(text: str) -> Matches:
    """Whether an object's labels satisfy the selector text. Raises ApiError 400 if it is unreadable."""
    requirements = [_label_requirement(part) for part in _split(text)]

    def matches(obj: dict[str, Any]) -> bool:
        labels = obj["metadata"].get("labels") or {}
        return all(requirement(labels) for requirement in requirements)

    return matches


def field_selector(resource: str, text: str) -> Matches:
    """Whether an object's fields satisfy the selector text. Raises ApiError 400 for a field that does not
    select objects of the kind, as the real server does."""
    wanted: list[tuple[list[str], bool, str]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"(?P<path>[^!=]+)(?P<op>==|=|!=)(?P<value>.*)", part)
        if not found:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        if found["path"] not in _EVERYWHERE | _FIELDS.get(resource, set()):
            raise _unknown_field(resource, found["path"])
        wanted.append((found["path"].split("."), found["op"] != "!=", found["value"]))

    def matches(obj: dict[str, Any]) -> bool:
        return all((_field(obj, path) == value) is equal for path, equal, value in wanted)

    return matches


def _unknown_field(resource: str, path: str) -> ApiError:
    """Kinds with their own selectable fields, and custom ones, word this error differently from others."""
    if resource in _FIELDS or RESOURCES[resource].custom:
        return bad_request(f"field label not supported: {path}")
    return bad_request(f'"{path}" is not a known field selector: only "metadata.name", "metadata.namespace"')


def matches_selector(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    """Whether labels satisfy a LabelSelector object (matchLabels and matchExpressions): an empty one
    matches everything, None nothing."""
    if selector is None:
        return False
    pairs = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in pairs.items()):
        return False
    return all(_expression(row)(labels) for row in selector.get("matchExpressions") or [])


def _split(text: str) -> list[str]:
    parts = re.split(r",(?![^()]*\))", text)
    return [part.strip() for part in parts if part.strip()]


def _label_requirement(part: str) -> _Requirement:
    if found := _SETS.match(part):
        values = {value.strip() for value in found["values"].split(",")}
        return _member(found["key"], values, found["op"] == "in")
    if found := _EQUALS.match(part):
        return _member(found["key"], {found["value"]}, found["op"] != "!=")
    if found := _EXISTS.match(part):
        return _present(found["key"], not found["absent"])
    raise _unreadable(part)


def _expression(row: Mapping[str, Any]) -> _Requirement:
    key, operator = row["key"], row["operator"]
    if operator in ("In", "NotIn"):
        return _member(key, set(row.get("values") or []), operator == "In")
    return _present(key, operator == "Exists")


def _member(key: str, values: set[str], inside: bool) -> _Requirement:
    if inside:
        return lambda labels: key in labels and labels[key] in values
    return lambda labels: key not in labels or labels[key] not in values


def _present(key: str, wanted: bool) -> _Requirement:
    return lambda labels: (key in labels) is wanted


def _unreadable(part: str) -> ApiError:
    _, _, rest = part.partition(" ")
    if not rest:
        return bad_request(
            f"unable to parse requirement: found '{part}', expected: a label selector requirement"
        )
    operators = "in, notin, =, ==, !=, gt, lt"
    return bad_request(f"unable to parse requirement: found '{rest.split()[0]}', expected: {operators}")


def _field(obj: dict[str, Any], path: list[str]) -> str:
    value: Any = obj
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):  # an event's `source` selects by its component
        return str(value.get("component", ""))
    return "" if value is None else str(value)
