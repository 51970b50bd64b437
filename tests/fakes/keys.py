"""Keys that work unless a test breaks them."""

from __future__ import annotations


class FakeKeys:
    """Key ARN to its trouble."""

    def __init__(self) -> None:
        self.troubles: dict[str, str] = {}
        self.of_aws: set[str] = set()

    def trouble(self, key: str) -> str:
        return self.troubles.get(key, "")

    def is_of_aws(self, key: str) -> bool:
        return key in self.of_aws

    def encrypting(self, key: str) -> str:
        return self.troubles.get(key, "")
