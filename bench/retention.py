"""How long it takes to plan retention, compared with sorting the same points.

Lineages are created one by one, as a listing streams them, and dropped once planned. Each figure has its own
process, so that its memory is not shared.
"""

from __future__ import annotations

import multiprocessing
import random
import re
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.figures import Figure
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.rules import parse_retention

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
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
SIZES = {
    "100,000": (1_000, 100, 1.5),
    "1,000,000": (1_000, 1_000, 15.0),
    "1,000,000 of one claim": (1, 1_000_000, 15.0),
}
"""Lineages, points in each, CPU seconds allowed."""

MIB_ALLOWED = 1024


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
    """CPU seconds for planning and for sorting the same points, and the memory of this process in MiB."""
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
    return {
        "plan_cpu_s": round(spent["plan"], 3),
        "sort_cpu_s": round(spent["sort"], 3),
        "times_sorting": round(spent["plan"] / max(spent["sort"], 1e-6), 1),
        "mib": round(peak_mib()),
    }


def figures() -> Iterator[Figure]:
    """Planning 100,000 and 1,000,000 points, with a usual and with a rich policy."""
    alone = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    with alone as pool:
        for size, (lineages, points, limit) in SIZES.items():
            for policy in POLICIES:
                values = pool.submit(measure, policy, lineages, points).result()
                yield Figure(f"{size} {policy}", values, {"plan_cpu_s": limit, "mib": MIB_ALLOWED})


def peak_mib() -> float:
    """The most memory this process had at once.

    Linux has it in /proc (getrusage would include the process that started this one), macOS in bytes.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
