"""Reads the message by which the API has files read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snapkeep.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """Which operation to carry out, as which attempt."""

    operation: str
    attempt: str


def read_message(event: Mapping[str, Any]) -> ReadMessage:
    """The message in an invocation. Raises Invalid for any other."""
    found = event.get("operation"), event.get("attempt")
    if not all(isinstance(each, str) and each for each in found):
        raise Invalid("read_files is invoked by the API with an operation and an attempt")
    return ReadMessage(str(found[0]), str(found[1]))
