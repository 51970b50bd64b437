"""How many copies a place can take a day, and how old its newest copies get.

EC2 lets an account have 20 copies in progress in a destination Region, of which Snapkeep uses 15.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from snapkeep.domain.copies.places import IN_FLIGHT, MOST_IN_PROGRESS
from snapkeep.domain.copies.queue import FOR_OLDER
from snapkeep.domain.report.feasibility import hours

DAY = timedelta(days=1)
RAREST = 1 / 3650
"""Copies a day: one in ten years."""


@dataclass(frozen=True, slots=True)
class CopyLoad:
    """Volumes that are copied to one place `copies_a_day` times each; a copy takes `takes` on average."""

    volumes: int
    copies_a_day: float
    takes: timedelta


@dataclass(frozen=True, slots=True)
class CopyCapacity:
    """The result for a load: how long it takes to copy every volume once, and how old the newest copy of a
    volume gets before the next is ready (the RPO in the place): a volume may come first in one round and last
    in the next.

    `problem` says what does not fit and what would help; "" when everything fits.
    """

    round_takes: timedelta
    rpo: timedelta
    problem: str = ""


def copy_capacity_of(load: CopyLoad) -> CopyCapacity:
    """What a load means for one place. EC2 promises no speed for copies, so `takes` must be measured."""
    round_takes = ceil(load.volumes / IN_FLIGHT) * load.takes
    between = DAY / max(load.copies_a_day, RAREST)
    if round_takes <= between:
        return CopyCapacity(round_takes, between + round_takes)
    # A volume waits for a whole round, and its point may be as old as two points are apart when it is copied.
    rpo = ceil(load.volumes / (IN_FLIGHT - FOR_OLDER)) * load.takes + between + load.takes
    return CopyCapacity(round_takes, rpo, _problem(load, round_takes, between, rpo))


def _problem(load: CopyLoad, round_takes: timedelta, between: timedelta, rpo: timedelta) -> str:
    fit = IN_FLIGHT * (between // load.takes)
    spread = f", or spread the clusters over {ceil(load.volumes / fit):,} places" if fit else ""
    return (
        f"one copy of each of {load.volumes:,} volumes takes {hours(round_takes)}: {IN_FLIGHT} at a time (of "
        f"the {MOST_IN_PROGRESS} that EC2 allows an account in a Region), {hours(load.takes)} each. But the "
        f"next are due after {hours(between)}, so the newest copy of a volume gets {hours(rpo)} old (RPO), "
        f"not {hours(2 * between)}. Copy less often, such as every: week, copy fewer policies{spread}"
    )
