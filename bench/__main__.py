"""`python -m bench [MODULE ...]`: run the measurements (all by default) and print the results.

A module of this package is a measurement if it has `figures() -> Iterable[Figure]`. Numbers go to
`.build/bench.json`, by module, with the day and the machine; changes since the last run are printed as
ratios. The exit code is 1 if a figure exceeds its limit.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bench
from bench.comparison import ratios
from bench.figures import Figure

ANSWERS = Path(".build/bench.json")

Measure = Callable[[], Iterable[Figure]]


def measurements(folders: Iterable[str], package: str) -> Iterator[tuple[str, Measure]]:
    """The modules of a package that have `figures`, by name."""
    for found in pkgutil.iter_modules(folders):
        if found.name != "__main__":
            measure = getattr(importlib.import_module(f"{package}.{found.name}"), "figures", None)
            if measure is not None:
                yield found.name, measure


def table(name: str, figures: Sequence[Figure]) -> str:
    """The figures as aligned text, one per line, with their limits; then details."""
    columns = list(dict.fromkeys(key for figure in figures for key in figure.values))
    rows = [[name, *columns]]
    rows += [[figure.what, *(_cell(figure, column) for column in columns)] for figure in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    for figure in figures:
        if figure.details:
            numbers = (f"{key} {number:,.10g}" for key, number in figure.details.items())
            lines.append(f"{figure.what}: {', '.join(numbers)}")
    return "\n".join(line.rstrip() for line in lines)


def saved(file: Path) -> dict[str, Any]:
    """What earlier runs saved, by module."""
    known: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    return known


def save(file: Path, name: str, figures: Iterable[Figure]) -> None:
    """Save a module's figures next to the others', with the day and the machine (`measured`)."""
    known = saved(file)
    known[name] = {
        figure.what: {**figure.values, **figure.details, "limits": dict(figure.limits)} for figure in figures
    }
    machine = {"python": platform.python_version(), "cpus": os.cpu_count() or 0, "on": platform.machine()}
    known.setdefault("measured", {})[name] = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(known, indent=2) + "\n")


def run(known: Iterable[tuple[str, Measure]], wanted: Sequence[str], answers: Path) -> int:
    """Measure, print and save; returns 0 if every figure keeps its limits, 2 for an unknown module."""
    found = dict(known)
    unknown = [name for name in wanted if name not in found]
    if unknown:
        print(f"no measurement {', '.join(unknown)}; there are: {', '.join(found)}", file=sys.stderr)
        return 2
    excesses = []
    for name in wanted or found:
        figures = list(found[name]())
        print(table(name, figures), end="\n\n")
        last = saved(answers)
        day = last.get("measured", {}).get(name, {}).get("on", "")
        for line in ratios(figures, last.get(name, {})):
            print(f"since {day}: {line}")
        save(answers, name, figures)
        excesses += [f"{name}: {text}" for figure in figures for text in figure.excesses()]
    print("\n".join(excesses) or "all within their limits")
    return 1 if excesses else 0


def _cell(figure: Figure, column: str) -> str:
    if column not in figure.values:
        return ""
    limit = f" of {figure.limits[column]:,.10g}" if column in figure.limits else ""
    return f"{figure.values[column]:,.10g}{limit}"


if __name__ == "__main__":
    sys.exit(run(measurements(bench.__path__, "bench"), sys.argv[1:], ANSWERS))
