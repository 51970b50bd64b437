"""Why a file system cannot be read as it is."""

from __future__ import annotations


class UnreadableError(Exception):
    """`reason` says in words for people what is wrong; nothing was guessed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Damaged(UnreadableError):
    """What is on the volume contradicts itself."""


class NotHandled(UnreadableError):
    """The volume uses something that this reader does not know."""
