"""Writes objects as YAML that kubectl and people can read: blocks, with text in double quotes.

Functions have no YAML library. A text in double quotes needs no rules about what else it could mean.
https://yaml.org/spec/1.2.2/#731-double-quoted-style
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")
"""Keys that need no quotes, unless they are one of `WORDS`."""

WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What YAML 1.1 reads as a boolean or null."""

UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What may not stand in YAML, or would be read as a line break."""


def document(item: Mapping[str, Any]) -> str:
    """One document of a YAML stream, from a JSON object."""
    return "---\n" + "\n".join(_block(item, "")) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _entry(f"{indent}{_key(key)}:", each, indent + "  ")
    elif isinstance(value, list) and value:
        for each in value:
            lines = list(_block(each, indent + "  "))
            yield f"{indent}- {lines[0][len(indent) + 2 :]}"
            yield from lines[1:]
    else:
        yield indent + _scalar(value)


def _entry(start: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        yield start
        yield from _block(value, indent)
    else:
        yield f"{start} {_scalar(value)}"


def _key(key: str) -> str:
    return key if PLAIN_KEY.match(key) and key.lower() not in WORDS else _quoted(key)


def _scalar(value: Any) -> str:
    """Empty lists and objects are written as JSON writes them, and numbers with the point that YAML 1.1 needs
    before an exponent."""
    if isinstance(value, str):
        return _quoted(value)
    text = json.dumps(value)
    return text.replace("e", ".0e") if isinstance(value, float) and "." not in text else text


def _quoted(text: str) -> str:
    return UNPRINTABLE.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
