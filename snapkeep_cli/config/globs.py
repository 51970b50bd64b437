"""Patterns of namespaces (`*` and `?`) compared with each other."""

from __future__ import annotations

import re
from collections.abc import Sequence


def covered(pattern: str, by: Sequence[str]) -> bool:
    """True when every name that fits the pattern also fits one of `by`; False when that is in doubt."""
    return any(re.fullmatch(_as_regex(other), pattern) for other in by)


def _as_regex(glob: str) -> str:
    """A pattern of patterns: `?` takes one character, `*` also a `*`."""
    return "".join({"*": ".*", "?": "[^*]"}.get(character, re.escape(character)) for character in glob)
