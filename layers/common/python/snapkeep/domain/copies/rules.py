"""Copy rules: which points of a policy are copied to a place, and how long the copies stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from snapkeep.domain.retention.deletion.locks import Lock, lock_of

MOST_EVERY = 1000
"""The largest N of `every: N`; a larger one is a typing mistake that would never copy anything."""


class Period(StrEnum):
    """The periods in each of which one point is copied."""

    SLOT = "slot"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Every:
    """How often a point is copied: one of each period, or every `number`-th slot."""

    period: Period = Period.SLOT
    number: int = 1

    def __str__(self) -> str:
        return str(self.number) if self.number > 1 else self.period.value


def read_every(value: object) -> Every:
    """What `every:` in the config means: slot, day, week, or a whole number N for every Nth slot.

    Raises ValueError with a message for users.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_EVERY:
        return Every(number=value)
    if isinstance(value, str) and value in list(Period):
        return Every(Period(value))
    raise ValueError(
        f"{str(value)[:40]!r} is not allowed; use slot, day, week, or a whole number N from 1 to "
        f"{MOST_EVERY} for every Nth point"
    )


@dataclass(frozen=True, slots=True)
class CopyRule:
    """Which points of a policy go to the place `to`, and what happens to the copies there.

    `retention` is a block of retention rules as in a policy. `backfill` is how many of a claim's newest
    points begin a new place. `also` names built-in policies whose points of the policy's claims are copied,
    too.
    """

    to: str
    retention: Mapping[str, int | str]
    every: Every = Every()
    lock: Lock | None = None
    backfill: int = 1
    also: tuple[str, ...] = ()


def copy_rule_of(item: Mapping[str, Any]) -> CopyRule:
    """The rule in a JSON document. Raises KeyError, TypeError or ValueError for anything else."""
    every = item["every"]
    return CopyRule(
        **dict(
            item,
            every=Every(Period(every["period"]), every["number"]),
            lock=lock_of(item["lock"]),
            also=tuple(item["also"]),
        )
    )
