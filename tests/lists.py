"""Lists that a change must keep complete: what a test says when one is not."""

from __future__ import annotations

from collections.abc import Iterable


def check_list(where: str, has: Iterable[object], needs: Iterable[object]) -> None:
    """Fail, naming what to add to the list at `where` and what to take out of it, unless it holds what it
    needs, each once and in any order."""
    listed, needed = list(has), set(needs)
    repeated = {item for item in listed if listed.count(item) > 1}
    wrong = {"add": needed - set(listed), "remove": set(listed) - needed, "keep only one of": repeated}
    words = [f"{verb} {', '.join(sorted(map(str, items)))}" for verb, items in wrong.items() if items]
    assert not words, f"{where}: {'; '.join(words)}"
