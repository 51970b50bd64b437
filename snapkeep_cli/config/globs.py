"""Patterns of namespaces (`*` and `?`) compared with each other."""

from __future__ import annotations

import re
from collections.abc import Sequence


def covered(pattern: str, by: Sequence[str]) -> bool:
    """True if every name that fits the pattern also fits one of `by`; False if in doubt."""
    return any(re.fullmatch(_as_regex(other), pattern) for other in by)


def _as_regex(glob: str) -> str:
    """A regex that matches patterns: `?` takes one character other than `*`, and `*` takes any."""
    return "".join({"*": ".*", "?": "[^*]"}.get(character, re.escape(character)) for character in glob)


def meet(one: str, other: str) -> bool:
    """True if some name fits both patterns."""
    ends = {(0, 0)}
    seen: set[tuple[int, int]] = set()
    while ends:
        here = left, right = ends.pop()
        if here == (len(one), len(other)):
            return True
        if here in seen:
            continue
        seen.add(here)
        first, second = one[left : left + 1], other[right : right + 1]
        if first == "*":
            ends |= {(left + 1, right)} | ({(left, right + 1)} if second else set())
        if second == "*":
            ends |= {(left, right + 1)} | ({(left + 1, right)} if first else set())
        if first and second and (first == second or "?" in (first, second)) and "*" not in (first, second):
            ends.add((left + 1, right + 1))
    return False
