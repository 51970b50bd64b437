"""Errors for unreadable messages."""

from __future__ import annotations


class MalformedMessage(ValueError):
    """The message lacks something or is invalid; the text says what."""
