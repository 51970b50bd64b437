"""JSON bodies: parsed, with repeated keys noted, and refused in the words of Go's decoder."""

from __future__ import annotations

import json
from typing import Any

_SHOWN = 30
_AFTER = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Illegal trailing comma before end of array": "looking for beginning of value",
    "Expecting value": "looking for beginning of value",
    "Expecting ':' delimiter": "after object key",
    "Extra data": "after top-level value",
}


class Repeating(dict[str, Any]):
    """An object with repeated keys: the last value counts."""

    repeated: tuple[str, ...] = ()


def parse(body: bytes) -> Any:
    """The value. Raises ValueError with Go's text."""
    try:
        return json.loads(body, object_pairs_hook=_object)
    except json.JSONDecodeError as problem:
        raise ValueError(_words(problem)) from problem
    except (UnicodeDecodeError, RecursionError) as problem:
        raise ValueError("invalid character in string literal") from problem


def shown(body: bytes) -> str:
    """A body as the API server quotes it: text if it begins as an object, else in hexadecimal."""
    text = body.decode(errors="replace") if body.startswith(b"{") else body.hex()
    longest = _SHOWN if body.startswith(b"{") else 2 * _SHOWN
    return (text[:longest] + " ..." if len(text) > longest else text) or "<empty>"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    keys = [key for key, _ in pairs]
    repeating = Repeating(found)
    repeating.repeated = tuple(key for key in found if keys.count(key) > 1)
    return repeating


def _words(problem: json.JSONDecodeError) -> str:
    rest = problem.doc[problem.pos :].lstrip()
    if not rest or problem.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    if problem.msg.startswith("Expecting ',' delimiter"):
        before = problem.doc[: problem.pos]
        inside = "array element" if before.rfind("[") > before.rfind("{") else "object key:value pair"
        return f"invalid character {_quoted(rest[0])} after {inside}"
    where = _AFTER.get(problem.msg, "in string literal")
    return f"invalid character {_quoted(rest[0])} {where}"


def _quoted(character: str) -> str:
    return r"'\''" if character == "'" else f"'{character}'"
