"""EC2 snapshot locks: a minimum age that nobody, or only those who may unlock, can shorten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_LOCKED_DAYS = 36_500
"""The longest lock that EC2 accepts (`LockDuration` of LockSnapshot)."""


class LockMode(StrEnum):
    """Who may lift a lock: anyone IAM allows (governance), or nobody (compliance)."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Lock:
    """The EC2 lock put on every recovery point: for `days` days only those who may unlock it, or nobody, can
    delete it.

    `cool_off_hours` is how long a compliance lock may still be lifted (0 = not at all).
    https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-concepts.html
    """

    mode: LockMode
    days: int
    cool_off_hours: int = 0


def lock_of(item: Mapping[str, Any] | None) -> Lock | None:
    """The lock in a JSON document; None for none. Raises TypeError or ValueError for anything else."""
    return Lock(**dict(item, mode=LockMode(item["mode"]))) if item else None
