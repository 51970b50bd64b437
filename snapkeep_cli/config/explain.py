"""Puts pydantic's findings into our words: the key, its value, and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from snapkeep_cli.config.errors import Location, Problem, did_you_mean

_WANTED = {
    "string_type": "text (put it in quotes)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "date_type": "a day without quotes, such as 2027-06-30",
    "date_from_datetime_inexact": "a day without quotes, such as 2027-06-30",
    "string_unicode": "text in Unicode",
}


def problems_of(error: ValidationError, root: type[BaseModel]) -> Iterator[Problem]:
    """The problems in a validation error of the model `root`.

    Keys that are not text are skipped: `config.document` names them as written.
    """
    for item in error.errors(include_url=False):
        key_is_no_text = item["type"] == "string_type" and item["loc"][-1:] == ("[key]",)
        if not key_is_no_text and item["type"] != "invalid_key":
            yield Problem(item["loc"], _text(item, root))


def _text(item: Any, root: type[BaseModel]) -> str:
    kind, found, context = item["type"], item["input"], item.get("ctx", {})
    if kind in _WANTED:
        return f"{_shown(found)} is not allowed; use {_WANTED[kind]}"
    match kind:
        case "value_error":
            return str(context["error"])
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return _unknown_key(item["loc"], root)
        case "literal_error":
            allowed = re.findall(r"'(.+?)'", context["expected"])
            return f"{_shown(found)} is not allowed{did_you_mean(found, allowed)}; use {context['expected']}"
        case "too_short":
            return "is empty; give at least one"
        case "too_long":
            return f"has {context['actual_length']} entries; give at most {context['max_length']}"
        case "string_too_short":
            return f"{_shown(found)} is too short; use {context['min_length']} characters or more"
        case "string_too_long":
            return f"{_shown(found)} is too long; use {context['max_length']} characters or less"
        case "greater_than_equal":
            return f"{_shown(found)} is too small; use {context['ge']} or more"
        case "less_than_equal":
            return f"{_shown(found)} is too large; use {context['le']} or less"
    return str(item["msg"])


def _unknown_key(location: Location, root: type[BaseModel]) -> str:
    allowed = sorted(_model_at(location[:-1], root).model_fields)
    return f"unknown key{did_you_mean(location[-1], allowed)}; allowed: {', '.join(allowed)}"


def _model_at(location: Location, root: type[BaseModel]) -> type[BaseModel]:
    """The model that describes the mapping at a location; list positions and names that users choose do not
    change it."""
    model, parts = root, iter(location)
    for part in parts:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            model = _model_in(annotation) or model
            if get_origin(annotation) is dict:
                next(parts, None)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner))), None)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
