"""Keys that work unless a test breaks them."""

from __future__ import annotations


class FakeKeys:
    """Key ARN to its trouble."""

    def __init__(self) -> None:
        self.troubles: dict[str, str] = {}

    def trouble(self, key: str) -> str:
        return self.troubles.get(key, "")
