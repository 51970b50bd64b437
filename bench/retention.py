"""How long it takes to plan retention, beside plain sorting of the same points: `python -m bench.retention`.

Lineages are made one after the other, as a listing streams them, and dropped once planned.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from snapkeep.domain.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.points import PointState
from snapkeep.domain.retention import parse_retention
from snapkeep.domain.retention_points import Candidate

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ANSWERS = Path(".build/bench.json")
POLICIES: dict[str, dict[str, object]] = {
    "usual": {"last": 28, "daily": 14, "weekly": 8, "monthly": 12},
    "rich": {
        "last": 28,
        "hourly": 48,
        "daily": 60,
        "weekly": "all",
        "monthly": "all",
        "yearly": "all",
        "within": "3d",
        "within_daily": "2m",
        "within_weekly": "1y",
        "max_age": "5y",
        "minimum": 3,
    },
}
SIZES = {"100,000": (1_000, 100, 1.5), "1,000,000": (1_000, 1_000, 15.0)}
"""Lineages, points in each, CPU seconds allowed."""


def lineage(number: int, points: int) -> Lineage:
    """Six-hourly points of one claim, shuffled as listings are, each lineage a second apart."""
    start = NOW - timedelta(seconds=number)
    found = [
        Candidate(f"snap-{number:06x}{place:06x}", start - timedelta(hours=6) * place, PointState.READY)
        for place in range(points)
    ]
    random.Random(number).shuffle(found)
    return Lineage(f"claim-{number}", "bench", found)


def measure(policy: str, lineages: int, points: int) -> dict[str, float]:
    """CPU seconds for planning and for sorting the same points, and the memory of the process in MiB."""
    known = {"bench": PolicyRetention(parse_retention(POLICIES[policy]), ZoneInfo("Asia/Seoul"))}
    spent = {"plan": 0.0, "sort": 0.0}
    total = 0

    def stream() -> Iterator[Lineage]:
        for number in range(lineages):
            making = time.process_time()
            made = lineage(number, points)
            sorting = time.process_time()
            sorted(made.points, key=lambda point: (point.time, point.id), reverse=True)
            spent["sort"] += time.process_time() - sorting
            spent["plan"] -= time.process_time() - making
            yield made

    begun = time.process_time()
    for item in plan_lineages(stream(), known, NOW):
        total += len(item.plan.keep) + len(item.plan.delete)
    spent["plan"] += time.process_time() - begun
    assert total == lineages * points
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "plan_cpu_s": round(spent["plan"], 2),
        "sort_cpu_s": round(spent["sort"], 2),
        "mib": round(memory),
    }


def main() -> None:
    """Measure, print, and add the numbers to .build/bench.json."""
    numbers = {}
    print(f"{'points':>10}  {'policy':<6}  {'plan':>8}  {'limit':>7}  {'sorting':>8}  {'memory':>8}")
    for size, (lineages, points, limit) in SIZES.items():
        for policy in POLICIES:
            found = measure(policy, lineages, points)
            numbers[f"{size} {policy}"] = {**found, "limit_cpu_s": limit}
            print(
                f"{size:>10}  {policy:<6}  {found['plan_cpu_s']:>6.2f} s  {limit:>5.1f} s"
                f"  {found['sort_cpu_s']:>6.2f} s  {found['mib']:>4.0f} MiB"
            )
    known = json.loads(ANSWERS.read_text()) if ANSWERS.is_file() else {}
    ANSWERS.parent.mkdir(exist_ok=True)
    ANSWERS.write_text(json.dumps({**known, "retention": numbers}, indent=2) + "\n")


if __name__ == "__main__":
    main()
