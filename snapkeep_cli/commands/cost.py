"""`snapkeep cost`: what backups cost a month, at three sizes or at yours, with the formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from snapkeep.domain.report.cost import (
    CopiedFleet,
    Fleet,
    archive_costs,
    change_between,
    copy_costs,
    file_systems_likely,
    month_of,
    storage_likely,
    total,
)
from snapkeep.domain.report.storage import US_EAST_1
from snapkeep_cli.output import Output, OutputOption, emit, table_of

ALARMS = 40
"""About as many as a deployment can hold."""


@dataclass(frozen=True)
class Size:
    """The fleet to back up: volumes of this many GiB each; `change` is the share that differs between two
    points."""

    fleet: Fleet
    used_gib: float
    change: float


SIZES = (
    Size(Fleet(volumes=50, kept=14, alarms=ALARMS), used_gib=40, change=0.03),
    Size(Fleet(volumes=2_000, kept=30, clusters=5, policies=3, alarms=ALARMS), used_gib=60, change=0.03),
    Size(Fleet(volumes=100_000, kept=7, clusters=200, stacks=4, alarms=4 * ALARMS), used_gib=50, change=0.02),
)
"""A team, a company, a platform, backed up once a day."""

COLUMNS = {
    "VOLUMES": "volumes",
    "CLUSTERS": "clusters",
    "GIB": "used_gib",
    "KEPT": "kept",
    "AT MOST": "storage_at_most",
    "LIKELY": "storage_likely",
    "SNAPKEEP": "service",
}

COPIES = ("first_copies", "copy_transfer", "copy_storage_likely")
COPY_COLUMNS = dict(zip(("FIRST COPIES", "TRANSFER", "COPIES"), COPIES, strict=True))

FORMULA = (
    "US dollars a month. Snapshots at most = volumes × GiB × kept × price",
    "Snapshots likely = volumes × GiB × price × (1 + change × (kept − 1))",
    "Snapkeep = measured units of work × price: `make bench`, docs/performance.md",
    "Prices of {region}, read on {read_on}; other Regions cost up to twice as much.",
)

COPY_FORMULA = (
    "First copies, once, and again after a change of key = volumes × GiB × transfer price",
    "Transfer = first copies × change between two copies × copies a month",
    "Copies likely = as snapshots likely, for the copies kept. Snapkeep's work for copies is not included.",
)

FILE_SYSTEMS = ("file_systems_likely",)
FILE_SYSTEM_COLUMNS = dict(zip(("ON EFS",), FILE_SYSTEMS, strict=True))

FILE_SYSTEM_FORMULA = (
    "On EFS = GiB on EFS × price of AWS Backup × (1 + change × (kept − 1)). A changed file is stored whole "
    "again. Restores are billed by the GiB.",
)

ARCHIVES = ("archive_storage", "archive_instead_of")
ARCHIVE_COLUMNS = dict(zip(("ARCHIVED", "INSTEAD OF"), ARCHIVES, strict=True))

ARCHIVE_FORMULA = (
    "Archived = volumes × GiB × archived × archive price; bringing one point of each volume back costs "
    "volumes × GiB × retrieval price, once",
    "Instead of = volumes × GiB × archived × price × share of blocks written in the month before and in the "
    "month after. Snapkeep archives only what is cheaper there.",
)


def cost(
    volumes: Annotated[int, typer.Option(min=0, help="Your volumes, instead of the three sizes.")] = 0,
    used: Annotated[float, typer.Option(min=0, help="GiB in use on each.")] = 50,
    kept: Annotated[int, typer.Option(min=1, help="Recovery points kept for each.")] = 14,
    change: Annotated[
        float, typer.Option(min=0, max=1, help="The share that changes between two points.")
    ] = 0.03,
    a_day: Annotated[float, typer.Option(min=0.01, help="Recovery points of each volume per day.")] = 1,
    clusters: Annotated[int, typer.Option(min=1, help="The number of clusters.")] = 1,
    policies: Annotated[int, typer.Option(min=1, help="Policies of each cluster.")] = 1,
    copies: Annotated[int, typer.Option(min=0, help="Copies of each kept in another Region.")] = 0,
    archived: Annotated[
        int, typer.Option(min=0, help="Monthly points of each volume in the archive tier.")
    ] = 0,
    on_efs: Annotated[float, typer.Option(min=0, help="GiB of file systems on EFS, all together.")] = 0,
    copies_a_day: Annotated[
        float, typer.Option(min=0.001, max=1440, help="Copies of each volume per day.")
    ] = 1,
    output: OutputOption = Output.TABLE,
) -> None:
    """Estimate what backups cost a month: snapshots as an upper bound, Snapkeep's own work, copies, archived
    points, and backups of file systems on EFS."""
    fleet = Fleet(volumes, a_day, kept, clusters, policies, stacks=1, alarms=ALARMS)
    sizes = (Size(fleet, used, change),) if volumes else SIZES
    found = [
        _priced(size)
        | _copied(size, copies, copies_a_day)
        | _archived(size, archived)
        | _on_efs(size, on_efs)
        for size in sizes
    ]
    document = {"region": US_EAST_1.region, "prices_read_on": US_EAST_1.read_on, "sizes": found}
    more = (COPY_COLUMNS if copies else {}) | (ARCHIVE_COLUMNS if archived else {})
    more |= FILE_SYSTEM_COLUMNS if on_efs else {}
    table = table_of([_shown(each) for each in found], {**COLUMNS, **more})
    lines = (*FORMULA, *(COPY_FORMULA if copies else ()), *(ARCHIVE_FORMULA if archived else ()))
    lines += FILE_SYSTEM_FORMULA if on_efs else ()
    emit(document, output, Group(table, Text(), *_formula(lines)))


def _priced(size: Size) -> dict[str, Any]:
    fleet, month = size.fleet, month_of(size.fleet)
    copy = fleet.volumes * size.used_gib * US_EAST_1.snapshot
    return {
        "volumes": fleet.volumes,
        "clusters": fleet.clusters,
        "used_gib": size.used_gib,
        "kept": fleet.kept,
        "change": size.change,
        "storage_at_most": copy * fleet.kept,
        "storage_likely": fleet.volumes * storage_likely(size.used_gib, fleet.kept, size.change),
        "service": total(month),
        "service_by_work": {name: total({name: usage}) for name, usage in month.items()},
    }


def _copied(size: Size, kept: int, copies_a_day: float) -> dict[str, Any]:
    """What `kept` copies of each volume in another Region cost; empty without copies."""
    if not kept:
        return {}
    fleet = size.fleet
    change = change_between(size.change, fleet.backups_a_day, copies_a_day)
    costs = copy_costs(CopiedFleet(fleet.volumes, size.used_gib, copies_a_day, kept, change))
    return {
        "copies_kept": kept,
        "first_copies": costs.first,
        "copy_transfer": costs.transfer,
        "copy_storage_likely": costs.storage,
    }


def _archived(size: Size, archived: int) -> dict[str, Any]:
    """What `archived` monthly points of each volume cost in the archive tier; empty without any."""
    if not archived:
        return {}
    fleet = size.fleet
    costs = archive_costs(fleet.volumes, size.used_gib, archived, size.change, fleet.backups_a_day)
    return {
        "archived": archived,
        "archive_storage": costs.storage,
        "archive_instead_of": costs.instead_of,
        "archive_bring_back": costs.bring_back,
    }


def _on_efs(size: Size, gib: float) -> dict[str, Any]:
    """What backups of this many GiB on EFS cost; empty without any."""
    if not gib:
        return {}
    return {
        "on_efs_gib": gib,
        "file_systems_likely": file_systems_likely(gib, size.fleet.kept, size.change),
    }


def _shown(found: dict[str, Any]) -> dict[str, str]:
    more = (key for key in (*COPIES, *ARCHIVES, *FILE_SYSTEMS) if key in found)
    dollars = ["storage_at_most", "storage_likely", "service", *more]
    return {
        "volumes": f"{found['volumes']:,}",
        "clusters": f"{found['clusters']:,}",
        "used_gib": f"{found['used_gib']:g}",
        "kept": str(found["kept"]),
        **{name: _dollars(found[name]) for name in dollars},
    }


def _formula(lines: tuple[str, ...]) -> list[Text]:
    known = {"region": US_EAST_1.region, "read_on": US_EAST_1.read_on}
    return [Text(line.format(**known), style="dim") for line in lines]


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"
