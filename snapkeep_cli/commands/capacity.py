"""`snapkeep capacity`: whether an account and Region can handle this many volumes, before you deploy."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Annotated

import typer

from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.view.capacity import CopyCapacity, CopyLoad, copy_capacity_of
from snapkeep.domain.policies import Pace
from snapkeep.domain.report.feasibility import (
    CLIENT_CALLS,
    SNAPSHOT_QUOTA,
    Capacity,
    Demand,
    capacity_of,
    csi_time_of,
    hours,
)
from snapkeep_cli.deployment import load_deployment
from snapkeep_cli.output import Output, OutputOption, emit, facts, fail

MOST = 10_000_000
"""The largest number that an option accepts: more than anybody needs, and small enough to compute with."""
PendingOption = Annotated[
    float,
    typer.Option(
        min=1,
        max=1_000_000,
        help="Mean seconds that a snapshot stays pending: 10 if little changed, 1,200 for the first.",
    ),
]
QpsOption = Annotated[
    float,
    typer.Option(min=0.1, max=MOST, help="--kube-api-qps of the snapshot-controller; 5 by default."),
]


def capacity(
    volumes: Annotated[int, typer.Option(min=1, max=1_000_000_000, help="Volumes to back up.")],
    accounts: Annotated[
        int, typer.Option(min=1, max=MOST, help="Accounts (or Regions) that they are spread over.")
    ] = 1,
    backups_a_day: Annotated[
        float, typer.Option(min=0.001, max=1440, help="Backups of each volume per day.")
    ] = 1,
    pending_seconds: PendingOption = 60,
    kept: Annotated[int, typer.Option(min=1, max=MOST, help="Points kept for each volume.")] = 30,
    quota: Annotated[
        int, typer.Option(min=1, max=MOST, help="Snapshots allowed per account and Region.")
    ] = SNAPSHOT_QUOTA,
    copies_a_day: Annotated[
        float, typer.Option(min=0, max=1440, help="Copies of each volume to another Region per day.")
    ] = 0,
    copy_minutes: Annotated[
        float, typer.Option(min=0.1, max=2880, help="Mean minutes that a copy takes; AWS guarantees nothing.")
    ] = 10,
    config: Annotated[Path | None, typer.Option(help="The config file whose pace applies.")] = None,
    kube_api_qps: QpsOption = CLIENT_CALLS,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show how fast snapshots can be taken, how long a slot takes, and what does not fit (exit code 3)."""
    load_of_each = Demand(ceil(volumes / accounts), backups_a_day, pending_seconds, kept)
    pace = load_deployment(config).pace if config else Pace()
    found = capacity_of(load_of_each, pace, quota)
    by_csi = csi_time_of(load_of_each.volumes, pace, pending_seconds, kube_api_qps)
    document = _document(load_of_each, found, accounts) | {"csi_takes_seconds": round(by_csi.total_seconds())}
    shown = _in_words(load_of_each, found, accounts)
    if by_csi > found.takes:
        shown["by csi"] = (
            f"at least {hours(by_csi)} if they are all in one cluster: its snapshot-controller makes "
            f"{kube_api_qps:g} calls a second. Start it with --kube-api-qps and --kube-api-burst, or use ebs"
        )
    problems = [*found.problems]
    if copies_a_day:
        load = CopyLoad(load_of_each.volumes, copies_a_day, timedelta(minutes=copy_minutes))
        copies = copy_capacity_of(load)
        document |= _copies_document(copies)
        shown |= _copies_in_words(copies)
        problems += [copies.problem] if copies.problem else []
    emit(document | {"problems": problems}, output, facts(shown))
    refusals = [fail("does_not_fit", problem) for problem in problems]
    if refusals:
        raise refusals[0]


def _document(load: Demand, found: Capacity, accounts: int) -> dict[str, object]:
    return {
        "accounts": accounts,
        "volumes_of_each": load.volumes,
        "snapshots_a_second": round(found.rate, 3),
        "slot_takes_seconds": round(found.takes.total_seconds()),
        "snapshots_of_each": found.snapshots,
        "accounts_needed": accounts if not found.problems else accounts * found.accounts,
    }


def _copies_document(copies: CopyCapacity) -> dict[str, object]:
    return {
        "copies_take_seconds": round(copies.round_takes.total_seconds()),
        "copies_rpo_seconds": round(copies.rpo.total_seconds()),
    }


def _copies_in_words(copies: CopyCapacity) -> dict[str, str]:
    return {
        "copies": f"{hours(copies.round_takes)} for one of each, {IN_FLIGHT} at a time",
        "age of a copy": f"{hours(copies.rpo)} at most, before the next is ready",
    }


def _in_words(load: Demand, found: Capacity, accounts: int) -> dict[str, str]:
    return {
        "accounts": f"{accounts:,}, each with {load.volumes:,} volumes",
        "rate": f"{found.rate:.3g} snapshots a second in each",
        "a slot takes": f"at least {hours(found.takes)}, plus the pending time of the last ones",
        "snapshots kept": f"{found.snapshots:,} in each",
        "accounts needed": f"{accounts * found.accounts:,}, as it is" if found.problems else "",
    }
