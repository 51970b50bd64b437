"""`snapkeep cost`: what backups cost a month, at three sizes or at yours, with the formula."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from cli.output import Output, OutputOption, emit, table_of
from snapkeep.domain.costs import Cost, Work, Workload, monthly_cost
from snapkeep.domain.prices import US_EAST_1

DAYS = 30.4
"""Of a month."""

SIZES = (
    Workload(volumes=50, used_gib=40, kept=14, change=0.03, slots=DAYS),
    Workload(volumes=2_000, used_gib=60, kept=30, change=0.03, slots=DAYS),
    Workload(volumes=100_000, used_gib=50, kept=7, change=0.02, slots=DAYS),
)
"""A team, a company, a platform: backed up once a day."""

COLUMNS = {
    "VOLUMES": "volumes",
    "GIB": "used_gib",
    "KEPT": "kept",
    "CHANGE": "change",
    "AT MOST": "storage_at_most",
    "LIKELY": "storage_likely",
    "SNAPKEEP": "service",
    "FUNCTIONS": "functions",
    "JOURNAL": "journal",
}

FORMULA = (
    "US dollars a month. Snapshots at most = volumes × GiB × kept × price",
    "Snapshots likely = volumes × GiB × price × (1 + change × (kept − 1))",
    "Snapkeep = functions + journal + queue + logs, with {seconds} s of {memory} GB, {writes:.0f} writes and "
    "{reads:.0f} reads of DynamoDB a point, and {listings:.0f} listings of all points an hour",
    "Prices of {region}, read on {read_on}; other Regions cost up to twice as much. Alarms are not in it.",
)


def cost(
    volumes: Annotated[int, typer.Option(min=0, help="Your volumes, instead of the three sizes.")] = 0,
    used: Annotated[float, typer.Option(min=0, help="GiB in use on each.")] = 50,
    kept: Annotated[int, typer.Option(min=1, help="Recovery points kept of each.")] = 14,
    change: Annotated[
        float, typer.Option(min=0, max=1, help="Share that changes between two points.")
    ] = 0.03,
    a_day: Annotated[float, typer.Option(min=0.01, help="Recovery points of each volume a day.")] = 1,
    seconds: Annotated[
        float, typer.Option(min=0, help="Seconds of functions a point takes, when you measured them.")
    ] = Work().point_seconds,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say what backups cost a month: snapshots as an upper bound, and Snapkeep's own work."""
    sizes = (Workload(volumes, used, kept, change, a_day * DAYS),) if volumes else SIZES
    work = replace(Work(), point_seconds=seconds)
    costs = [(size, monthly_cost(size, work)) for size in sizes]
    document = {
        "region": US_EAST_1.region,
        "prices_read_on": US_EAST_1.read_on,
        "work": asdict(work),
        "sizes": [{**asdict(size), **asdict(found), "service": found.service} for size, found in costs],
    }
    emit(document, output, Group(table_of([_row(*item) for item in costs], COLUMNS), Text(), *_formula(work)))


def _row(size: Workload, found: Cost) -> dict[str, str]:
    return {
        "volumes": f"{size.volumes:,}",
        "used_gib": f"{size.used_gib:g}",
        "kept": str(size.kept),
        "change": f"{size.change:.1%}",
        "storage_at_most": _dollars(found.storage_at_most),
        "storage_likely": _dollars(found.storage_likely),
        "service": _dollars(found.service),
        "functions": _dollars(found.functions),
        "journal": _dollars(found.journal),
    }


def _formula(work: Work) -> list[Text]:
    known = {
        "seconds": work.point_seconds,
        "memory": work.memory_gb,
        "writes": work.point_writes,
        "reads": work.point_reads,
        "listings": work.listings_an_hour,
        "region": US_EAST_1.region,
        "read_on": US_EAST_1.read_on,
    }
    return [Text(line.format(**known), style="dim") for line in FORMULA]


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"
