"""The figures in the documentation: `python -m bench.pages` publishes the last `make bench` run.

It copies `.build/bench.json` to `docs/bench.json` and rewrites the pages' tables, each between
`<!-- bench PART -->` and `<!-- end -->`. A test compares the pages with docs/bench.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.__main__ import ANSWERS, saved

ROOT = Path(__file__).parents[1]
CHECKED_IN = ROOT / "docs" / "bench.json"
PAGES = (ROOT / "docs" / "performance.md", ROOT / "docs" / "scale.md")

TABLE = re.compile(r"(<!-- bench (?P<part>[\w ]+?)(?:: (?P<only>.+?))? -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str, answers: Mapping[str, Any]) -> str:
    """A page with its tables rewritten from a saved run.

    A marker `<!-- bench PART: TEXT -->` takes only the figures of the part whose name has that text. Calls by
    kind (`ec2:DescribeInstances`) are in docs/bench.json only: they would make a table of twenty columns.
    """
    return TABLE.sub(
        lambda found: f"{found[1]}{_table(answers, found['part'], found['only'])}{found[4]}", page
    )


def _table(answers: Mapping[str, Any], part: str, only: str | None) -> str:
    figures = {what: values for what, values in answers[part].items() if (only or "") in what}
    names = dict.fromkeys(name for values in figures.values() for name in values)
    columns = [name for name in names if name != "limits" and ":" not in name]
    measured = answers["measured"][part]
    machine = measured["machine"]
    lines = [
        f"Measured on {measured['on']}: Python {machine['python']}, {machine['cpus']} CPUs, {machine['on']}.",
        "",
        f"| {part} | {' | '.join(columns)} |",
        f"| --- |{' ---: |' * len(columns)}",
    ]
    lines += [
        f"| {what} | {' | '.join(_cell(values, name) for name in columns)} |"
        for what, values in figures.items()
    ]
    return "\n".join(lines) + "\n"


def _cell(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return ""
    limit = values.get("limits", {}).get(name)
    return f"{values[name]:,.10g}" + (f" of {limit:,.10g}" if limit is not None else "")


def main() -> None:
    """Publish the last run."""
    known = saved(CHECKED_IN)
    last = saved(ANSWERS)
    measured = {**known.get("measured", {}), **last.pop("measured", {})}
    merged = {**known, **last, "measured": measured}
    CHECKED_IN.write_text(json.dumps(merged, indent=2) + "\n")
    for page in PAGES:
        page.write_text(filled(page.read_text(), merged))


if __name__ == "__main__":
    main()
