"""Reads fields of documents that strangers wrote: each reader returns a usable value, or raises Invalid.

Reasons show such values truncated and escaped, because people read them in terminals and chats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from snapkeep.domain.errors import Invalid

EARLIEST, LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside are nonsense, and could not be counted with."""


def shown(value: object) -> str:
    """A stranger's value for people to read: short, and without control characters."""
    if isinstance(value, str):
        return ascii(value[:80])
    return (
        str(value) if value is None or isinstance(value, bool) else f"a value of type {type(value).__name__}"
    )


def text(document: Mapping[str, Any], name: str) -> str:
    """A text."""
    value = document.get(name)
    if not isinstance(value, str):
        raise Invalid(f"{name} must be text, not {shown(value)}")
    return value


def matching(document: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """A text that matches a pattern as a whole."""
    value = text(document, name)
    if not pattern.fullmatch(value):
        raise Invalid(f"{name} is not valid: {shown(value)}")
    return value


def or_none(document: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """A text that is empty, or matches a pattern as a whole."""
    return matching(document, name, pattern) if text(document, name) else ""


def whole(document: Mapping[str, Any], name: str, most: int) -> int:
    """A whole number from 1 to `most`."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise Invalid(f"{name} must be a number from 1 to {most}, not {shown(value)}")
    return value


def time(document: Mapping[str, Any], name: str) -> datetime:
    """A time with its zone in ISO 8601, as aware UTC."""
    value = text(document, name)
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None and EARLIEST <= found < LATEST:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid(f"{name} must be a time such as 2026-11-30T09:00:00Z, not {shown(value)}")
