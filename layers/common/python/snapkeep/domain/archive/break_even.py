"""Whether a snapshot is cheaper in the archive tier, with the figures.

The archive tier stores whole snapshots. Blocks that the snapshots before or after also refer to stay in the
standard tier, so only those that the snapshot alone holds are saved there.
https://docs.aws.amazon.com/ebs/latest/userguide/archiving-guidelines.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.domain.report.storage import US_EAST_1, Prices
from snapkeep.domain.retention.candidates import ARCHIVE_MINIMUM
from snapkeep.domain.retention.periods import PERIODS
from snapkeep.domain.sizes import GIB, about

LONGEST_COUNTED = timedelta(days=3650)
"""Dollars are shown for at most ten years."""


def unique_bytes(changed_since_before: Iterable[int], changed_until_after: Iterable[int]) -> int:
    """The bytes of the blocks (indexes) that only a snapshot holds, at most: those that differ from both the
    snapshot before it and the one after it.

    Both must rise, as EBS lists blocks. Volumes have millions of blocks, so none is kept in memory.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    """
    found, others = 0, iter(changed_until_after)
    other = next(others, None)
    for one in changed_since_before:
        while other is not None and other < one:
            other = next(others, None)
        found += one == other
    return found * BLOCK


@dataclass(frozen=True, slots=True)
class BreakEven:
    """What a snapshot costs in each tier over its expected stay, in US dollars without tax.

    `unique` bytes leave the standard tier, `full` bytes enter the archive tier.
    """

    unique: int
    full: int
    stay: timedelta
    prices: Prices = US_EAST_1

    @property
    def standard_dollars(self) -> float:
        """What the bytes that only it holds cost in the standard tier."""
        return self.unique / GIB * self.prices.snapshot * _months(self.stay)

    @property
    def archive_dollars(self) -> float:
        """What the whole snapshot costs in the archive tier, where at least 90 days are billed."""
        return self.full / GIB * self.prices.archived_snapshot * _months(max(self.stay, ARCHIVE_MINIMUM))

    @property
    def saved_dollars(self) -> float:
        """What archiving saves; negative when it costs more."""
        return self.standard_dollars - self.archive_dollars

    @property
    def pays(self) -> bool:
        """True when archiving is cheaper. A snapshot whose size is unknown (0) is left where it is."""
        return self.full > 0 and self.stay >= ARCHIVE_MINIMUM and self.saved_dollars > 0

    def in_words(self) -> str:
        """The figures, for people."""
        return (
            f"{_share(self.unique, self.full)}; in "
            f"{min(self.stay, LONGEST_COUNTED).days} days that costs ${self.standard_dollars:.2f} in the "
            f"standard tier, and the whole costs ${self.archive_dollars:.2f} in the archive tier "
            f"({self.prices.region}'s prices of {self.prices.read_on})"
        )


def share_in_words(unique: int, full: int, prices: Prices = US_EAST_1) -> str:
    """How much of a snapshot no other one holds, and from which share on archiving pays."""
    least = prices.archived_snapshot / prices.snapshot
    return f"{_share(unique, full)}, and archiving pays beyond {least:.0%}"


def bring_back_dollars(full: int, prices: Prices = US_EAST_1) -> float:
    """What it costs to bring a snapshot of that size (bytes) back from the archive tier once."""
    return full / GIB * prices.retrieval


def _share(unique: int, full: int) -> str:
    share = f"{unique / full:.0%}" if full else "its size is unknown"
    return f"{about(unique)} of {about(full)} are in no other snapshot ({share})"


def _months(stay: timedelta) -> float:
    return min(stay, LONGEST_COUNTED) / PERIODS["monthly"].length
