"""AWS list prices of what Snapkeep uses, with their Region and date.

Prices are public and change: they give an order of magnitude, never a bill.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per GiB-month of snapshots, without tax.

    https://aws.amazon.com/ebs/pricing/
    """

    region: str
    read_on: str
    snapshot: float
    archived_snapshot: float


US_EAST_1 = Prices(region="us-east-1", read_on="2026-11-28", snapshot=0.05, archived_snapshot=0.0125)
"""Other Regions cost up to twice as much."""
