"""The most that recovery points can store, and what that costs, by namespace and policy.

EBS snapshots share unchanged blocks, and EC2 does not say how much each one adds: the sum of their full sizes
is an upper bound, usually far above the bill.
https://docs.aws.amazon.com/ebs/latest/userguide/how_snapshots_work.html

AWS's public list prices change, so the figures are an order of magnitude, not a bill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from snapkeep.domain.points import PointState
from snapkeep.domain.report.points import ReportedPoint
from snapkeep.domain.sizes import GIB


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per GiB-month of snapshots and of warm backups of file systems, and per GiB sent to another
    Region or brought back from the archive tier, without tax.

    https://aws.amazon.com/ebs/pricing/ https://aws.amazon.com/ec2/pricing/on-demand/
    https://aws.amazon.com/backup/pricing/
    """

    region: str
    read_on: str
    snapshot: float
    archived_snapshot: float
    file_system: float = 0.05
    transfer: float = 0.02
    retrieval: float = 0.03


US_EAST_1 = Prices(region="us-east-1", read_on="2026-11-28", snapshot=0.05, archived_snapshot=0.0125)
"""Other Regions cost up to twice as much; what some send to other Regions up to seven times."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The points of one namespace under one policy: how many, bytes at most, US dollars a month at most."""

    namespace: str
    policy: str
    points: int
    bytes: int
    dollars: float


def stored(points: Iterable[ReportedPoint], prices: Prices = US_EAST_1) -> tuple[Stored, ...]:
    """The most that snapshots store, the most expensive first. Failed points store nothing."""
    counts: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for point in points:
        if point.state is PointState.FAILED or not point.is_snapshot:
            continue
        price = prices.archived_snapshot if point.archived else prices.snapshot
        total = counts[point.namespace, point.policy]
        total[0] += 1
        total[1] += point.most_bytes
        total[2] += point.most_bytes / GIB * price
    found = [
        Stored(namespace, policy, int(count), int(size), round(dollars, 2))
        for (namespace, policy), (count, size, dollars) in counts.items()
    ]
    return tuple(sorted(found, key=lambda item: (-item.dollars, item.namespace, item.policy)))


@dataclass(frozen=True, slots=True)
class StoredOnEfs:
    """The newest backups of file systems: of how many, and what they store and cost a month at least.

    Older backups add only what differs, and AWS does not say how much that is.
    """

    file_systems: int
    bytes: int
    dollars: float


def stored_on_efs(points: Iterable[ReportedPoint], prices: Prices = US_EAST_1) -> StoredOnEfs | None:
    """What the largest ready backup of each file system stores; None without any."""
    sizes: dict[str, int] = defaultdict(int)
    for point in points:
        if point.file_system and point.state is PointState.READY:
            sizes[point.file_system] = max(sizes[point.file_system], point.size_bytes)
    total = sum(sizes.values())
    return StoredOnEfs(len(sizes), total, round(total / GIB * prices.file_system, 2)) if sizes else None
