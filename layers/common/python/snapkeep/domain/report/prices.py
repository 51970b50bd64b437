"""AWS list prices of what Snapkeep uses, with their Region and date.

Prices are public and change: they give an order of magnitude, never a bill.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per GiB-month of snapshots, and per GiB sent to another Region, without tax.

    https://aws.amazon.com/ebs/pricing/ https://aws.amazon.com/ec2/pricing/on-demand/
    """

    region: str
    read_on: str
    snapshot: float
    archived_snapshot: float
    transfer: float = 0.02


US_EAST_1 = Prices(region="us-east-1", read_on="2026-11-28", snapshot=0.05, archived_snapshot=0.0125)
"""Other Regions cost up to twice as much; what some send to other Regions up to seven times."""
