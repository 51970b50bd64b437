"""What a message can be that we cannot read."""

from __future__ import annotations


class MalformedMessage(ValueError):
    """The message lacks something or holds nonsense; the text names what."""
