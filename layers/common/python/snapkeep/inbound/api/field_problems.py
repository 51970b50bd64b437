"""Says what is wrong with the fields of a request, in words that suit people and programs.

Each sentence follows the name of a field and a colon: `reason: must have at most 500 characters`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TIME = "must be a time with an offset, such as 2026-11-24T18:00:00Z"
_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request",
    "unexpected_keyword_argument": "is not a field of this request",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_pattern_mismatch": "has characters or a form that is not allowed: it must match {pattern}",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "mapping_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dataclass_type": "must be an object",
    "time_delta_type": "must be a number of seconds",
    "time_delta_parsing": "must be a number of seconds",
    "timezone_aware": _TIME,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "value_error": "{error}",
}
"""By the type of the validator's error.
https://docs.pydantic.dev/latest/errors/validation_errors/
"""


def problem_of_field(error: Mapping[str, Any]) -> dict[str, str]:
    """Where a validation error is, such as `policies.0.name`, and the sentence about it.

    A request that makes no sense as a whole is wrong at `body`.
    """
    place = [str(part) for part in _within(error["loc"])]
    return {"where": ".".join(place) or "body", "problem": _sentence(error)}


def _within(place: Sequence[Any]) -> Sequence[Any]:
    """The place without its first part, which says whether it is in the body or a parameter."""
    return place[1:]


def _sentence(error: Mapping[str, Any]) -> str:
    facts = error.get("ctx") or {}
    if facts.get("min_length") == 1:
        return "must not be empty"
    known = _SENTENCES.get(error["type"])
    return known.format(**facts) if known else str(error["msg"])
