"""The protobuf bodies that kubectl's imperative commands send, decoded to JSON objects.

Only the fields that those commands set are known. Source: `generated.proto` of k8s.io/api and
k8s.io/apimachinery; the envelope is in the Kubernetes documentation, "Kubernetes Protobuf encoding".
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]

CONTENT_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"

# Field number to JSON name and form: a message, `text`, `number`, `raw` or a map; `*` means it repeats.
_MESSAGES: dict[str, dict[int, tuple[str, str]]] = {
    "Unknown": {1: ("type", "TypeMeta"), 2: ("raw", "raw")},
    "TypeMeta": {1: ("apiVersion", "text"), 2: ("kind", "text")},
    "ObjectMeta": {
        1: ("name", "text"),
        2: ("generateName", "text"),
        3: ("namespace", "text"),
        11: ("labels", "map"),
        12: ("annotations", "map"),
    },
    "LabelSelector": {1: ("matchLabels", "map"), 2: ("matchExpressions", "Requirement*")},
    "Requirement": {1: ("key", "text"), 2: ("operator", "text"), 3: ("values", "text*")},
    "Namespace": {1: ("metadata", "ObjectMeta")},
    "ServiceAccount": {1: ("metadata", "ObjectMeta")},
    "ConfigMap": {1: ("metadata", "ObjectMeta"), 2: ("data", "map")},
    "Secret": {1: ("metadata", "ObjectMeta"), 2: ("data", "bytes-map"), 3: ("type", "text")},
    "ResourceQuota": {1: ("metadata", "ObjectMeta"), 2: ("spec", "ResourceQuotaSpec")},
    "ResourceQuotaSpec": {1: ("hard", "quantity-map")},
    "Quantity": {1: ("string", "text")},
    "ClusterRole": {1: ("metadata", "ObjectMeta"), 2: ("rules", "PolicyRule*")},
    "Role": {1: ("metadata", "ObjectMeta"), 2: ("rules", "PolicyRule*")},
    "PolicyRule": {
        1: ("verbs", "text*"),
        2: ("apiGroups", "text*"),
        3: ("resources", "text*"),
        4: ("resourceNames", "text*"),
        5: ("nonResourceURLs", "text*"),
    },
    "ClusterRoleBinding": {
        1: ("metadata", "ObjectMeta"),
        2: ("subjects", "Subject*"),
        3: ("roleRef", "RoleRef"),
    },
    "RoleBinding": {
        1: ("metadata", "ObjectMeta"),
        2: ("subjects", "Subject*"),
        3: ("roleRef", "RoleRef"),
    },
    "Subject": {
        1: ("kind", "text"),
        2: ("apiGroup", "text"),
        3: ("name", "text"),
        4: ("namespace", "text"),
    },
    "RoleRef": {1: ("apiGroup", "text"), 2: ("kind", "text"), 3: ("name", "text")},
    "PodDisruptionBudget": {1: ("metadata", "ObjectMeta"), 2: ("spec", "PodDisruptionBudgetSpec")},
    "PodDisruptionBudgetSpec": {
        1: ("minAvailable", "IntOrString"),
        2: ("selector", "LabelSelector"),
        3: ("maxUnavailable", "IntOrString"),
    },
    "IntOrString": {1: ("type", "number"), 2: ("int", "number"), 3: ("text", "text")},
    "Eviction": {1: ("metadata", "ObjectMeta"), 2: ("deleteOptions", "DeleteOptions")},
    "DeleteOptions": {
        1: ("gracePeriodSeconds", "number"),
        2: ("preconditions", "Preconditions"),
        4: ("propagationPolicy", "text"),
    },
    "Preconditions": {1: ("uid", "text"), 2: ("resourceVersion", "text")},
    "SelfSubjectAccessReview": {1: ("metadata", "ObjectMeta"), 2: ("spec", "SelfSubjectAccessReviewSpec")},
    "SelfSubjectAccessReviewSpec": {
        1: ("resourceAttributes", "ResourceAttributes"),
        2: ("nonResourceAttributes", "NonResourceAttributes"),
    },
    "ResourceAttributes": {
        1: ("namespace", "text"),
        2: ("verb", "text"),
        3: ("group", "text"),
        4: ("version", "text"),
        5: ("resource", "text"),
        6: ("subresource", "text"),
        7: ("name", "text"),
    },
    "NonResourceAttributes": {1: ("path", "text"), 2: ("verb", "text")},
    "SelfSubjectRulesReview": {1: ("metadata", "ObjectMeta"), 2: ("spec", "SelfSubjectRulesReviewSpec")},
    "SelfSubjectRulesReviewSpec": {1: ("namespace", "text")},
}


def decode(body: bytes) -> Object | None:
    """The object in a Kubernetes protobuf envelope, or None if its kind is not known here."""
    if not body.startswith(_MAGIC):
        return None
    envelope = _message("Unknown", body[len(_MAGIC) :])
    kind = envelope["type"].get("kind", "")
    if kind not in _MESSAGES:
        return None
    return {**envelope["type"], **_message(kind, envelope.get("raw", b""))}


def _message(name: str, data: bytes) -> Object:
    found: Object = {}
    for number, value in _fields(data):
        if number not in _MESSAGES[name]:
            continue
        field, form = _MESSAGES[name][number]
        read = _value(form.rstrip("*"), value)
        if form.endswith("*"):
            found.setdefault(field, []).append(read)
        elif form.endswith("map"):
            found.setdefault(field, {}).update(read)
        elif read != "":
            found[field] = read
    return found


def _value(form: str, value: Any) -> Any:
    if form in ("number", "raw"):
        return value
    if form == "text":
        return value.decode()
    if form == "IntOrString":
        either = _message(form, value)
        return either.get("text", "") if either.get("type") else either.get("int", 0)
    if form.endswith("map"):
        parts = dict(_fields(value))
        return {parts.get(1, b"").decode(): _entry(form, parts.get(2, b""))}
    return _message(form, value)


def _entry(form: str, value: bytes) -> str:
    if form == "bytes-map":
        return base64.b64encode(value).decode()
    if form == "quantity-map":
        return str(_message("Quantity", value).get("string", ""))
    return value.decode()


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The wire format: numbers and byte strings; fixed widths are skipped."""
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, place = _varint(data, place)
            yield number, value
        elif wire == 2:
            length, place = _varint(data, place)
            yield number, data[place : place + length]
            place += length
        else:
            place += 8 if wire == 1 else 4


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
