"""An Invalid answer's entries: field errors in the words of k8s.io/apimachinery `field.Error`."""

from __future__ import annotations

import json
from typing import Any

Causes = list[dict[str, str]]


def required(field: str, why: str = "") -> Causes:
    """A required field is missing."""
    return _cause("FieldValueRequired", field, "Required value" + (f": {why}" if why else ""))


def invalid_value(field: str, value: Any, why: str) -> Causes:
    """A field whose value breaks a rule."""
    return _cause("FieldValueInvalid", field, f"Invalid value: {_shown(value)}: {why}")


def invalid_rule(field: str, why: str) -> Causes:
    """An object that breaks a rule of its custom resource; the error omits its value."""
    return _cause("FieldValueInvalid", field, f"Invalid value: {why}")


def duplicate(field: str, value: Any, why: str = "") -> Causes:
    """An element that is already in the list."""
    text = f"Duplicate value: {_shown(value)}" + (f": {why}" if why else "")
    return _cause("FieldValueDuplicate", field, text)


def forbidden_field(field: str, why: str) -> Causes:
    """A field that may not be set or changed."""
    return _cause("FieldValueForbidden", field, f"Forbidden: {why}")


def not_supported(field: str, value: Any, allowed: list[str]) -> Causes:
    """A field whose value is not in the allowed set."""
    choices = ", ".join(json.dumps(choice) for choice in allowed)
    text = f"Unsupported value: {json.dumps(value)}: supported values: {choices}"
    return _cause("FieldValueNotSupported", field, text)


def wrong_type(field: str, is_: str, should: str) -> Causes:
    """A custom resource field whose JSON type differs from its schema."""
    text = f'Invalid value: "{is_}": {field} in body must be of type {should}: "{is_}"'
    return _cause("FieldValueTypeInvalid", field, text)


def _shown(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _cause(reason: str, field: str, message: str) -> Causes:
    return [{"reason": reason, "message": message, "field": field}]
