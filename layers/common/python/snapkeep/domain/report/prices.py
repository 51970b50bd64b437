"""What AWS asks for what Snapkeep uses: list prices, with the Region and the day they were read.

Prices are public and move: they are good for an order of size, never for a bill.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars a GiB and month of snapshots, without tax.

    https://aws.amazon.com/ebs/pricing/
    """

    region: str
    read_on: str
    snapshot: float
    archived_snapshot: float


US_EAST_1 = Prices(region="us-east-1", read_on="2026-11-28", snapshot=0.05, archived_snapshot=0.0125)
"""Other Regions cost up to twice as much."""
