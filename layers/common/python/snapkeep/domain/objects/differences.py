"""How the objects of a kind differ from those that were saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from typing import Any

from snapkeep.domain.objects.cleaning import cleaned
from snapkeep.domain.objects.left_out import why_left_out
from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.yaml_text import document

Document = Mapping[str, Any]


class Change(StrEnum):
    """What became of an object since it was saved."""

    CHANGED = "changed"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that differs; `lines` are a unified diff from what was saved to what is there now."""

    change: Change
    lines: tuple[str, ...]


def differences(
    kind: str, saved: Sequence[Document], now: Iterable[Document], *, with_new: bool
) -> Iterator[Difference]:
    """What differs between saved objects and those that the cluster has `now`, as it shows them.

    With `with_new`, also objects that are only in the cluster, unless they would not be saved.
    """
    live = {name_of(item): item for item in now}
    for item in saved:
        found = live.pop(name_of(item), None)
        change = Change.CHANGED if found else Change.GONE
        yield from _difference(f"{kind}/{name_of(item)}", change, item, cleaned(found) if found else None)
    for name, item in sorted(live.items()) if with_new else ():
        if not why_left_out(item):
            yield from _difference(f"{kind}/{name}", Change.NEW, None, cleaned(item))


def _difference(
    name: str, change: Change, before: Document | None, after: Document | None
) -> Iterator[Difference]:
    """Nothing if both are the same, in whatever order their keys are."""
    old, new = _lines(before), _lines(after)
    if old != new:
        lines = unified_diff(old, new, f"saved/{name}", f"now/{name}", lineterm="")
        yield Difference(change, tuple(lines))


def _lines(item: Document | None) -> list[str]:
    return document(_ordered(item)).splitlines() if item else []


def _ordered(value: Any) -> Any:
    """A value with the keys of its objects in alphabetical order, as kubectl prints them."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(each) for each in value] if isinstance(value, list) else value
