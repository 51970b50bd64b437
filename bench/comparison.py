"""Changes since the last run: ratios of the figures in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bench.figures import Figure

NOISE = 0.05
"""Ratios closer to 1 than this are noise."""


def ratios(figures: Iterable[Figure], last: Mapping[str, Any]) -> Iterator[str]:
    """A line for each figure that changed, with the ratio of new to old behind each changed number.

    `last` is what an earlier run saved for these figures: numbers by name, by what was measured.
    """
    for figure in figures:
        known = last.get(figure.what, {})
        changed = []
        for name, value in figure.values.items():
            before = known.get(name)
            if before and abs(value / before - 1) > NOISE:
                changed.append(f"{name} ×{value / before:.2f} of {before:,.10g}")
        if changed:
            yield f"{figure.what}: {', '.join(changed)}"
