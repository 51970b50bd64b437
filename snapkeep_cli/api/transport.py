"""What carries requests to the API and their answers. Without the AWS SDK: most commands only name these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    text: str


class Unreachable(Exception):
    """Nobody answered; the text names the address and the cause."""


class Transport(Protocol):
    """Sends one request to the API."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        """The answer, whatever its status. Raises Unreachable."""
