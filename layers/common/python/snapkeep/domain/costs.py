"""What backups cost a month: the snapshots, and Snapkeep's own work, from a price table and counted calls.

Snapshots share the blocks that did not change between two of them, so what they store lies between one
copy of what is used and a copy for each point. https://docs.aws.amazon.com/ebs/latest/userguide/how_snapshots_work.html
"""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.prices import US_EAST_1, Prices

MILLION = 1_000_000
HOURS = 730
"""Of a month, as AWS counts."""

PER_DESCRIBE = 1_000
"""Snapshots that one DescribeSnapshots call lists."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What is backed up: so many volumes with so many GiB in use each, `kept` points of each, of which every
    one differs from the one before by the share `change`, and `slots` points of each volume a month."""

    volumes: int
    used_gib: float
    kept: int
    change: float
    slots: float


@dataclass(frozen=True, slots=True)
class Work:
    """What the functions do: for each recovery point, and each hour for its listings.

    Writes and reads are DynamoDB's request units, counted in the code for a point of method `ebs` and held
    to it by a test; `point_seconds` and `describe_seconds` are assumed until they are measured on AWS.
    """

    point_seconds: float = 1.2
    point_invocations: float = 1.1
    point_writes: float = 24
    point_reads: float = 6
    point_queue_requests: float = 0.3
    point_log_kb: float = 4.5
    listings_an_hour: float = 3
    describe_seconds: float = 0.3
    idle_invocations_an_hour: float = 4 + 12 + 4 + 2
    idle_seconds: float = 1.0
    memory_gb: float = 0.5


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars a month. `storage_at_most` counts each point as a whole copy of what is used."""

    storage_at_most: float
    storage_likely: float
    functions: float
    journal: float
    queue: float
    logs: float

    @property
    def service(self) -> float:
        """What Snapkeep itself costs."""
        return self.functions + self.journal + self.queue + self.logs


def monthly_cost(workload: Workload, work: Work | None = None, prices: Prices = US_EAST_1) -> Cost:
    """What a workload costs a month, without alarms, keys and what leaves the Region."""
    doing = work or Work()
    points = workload.volumes * workload.slots
    copy = workload.volumes * workload.used_gib * prices.snapshot
    return Cost(
        storage_at_most=copy * workload.kept,
        storage_likely=copy * min(workload.kept, 1 + workload.change * (workload.kept - 1)),
        functions=_functions(workload, points, doing, prices),
        journal=points
        * (doing.point_writes * prices.table_writes + doing.point_reads * prices.table_reads)
        / MILLION,
        queue=points * doing.point_queue_requests * prices.queue_requests / MILLION,
        logs=points * doing.point_log_kb / MILLION * prices.log_gb,
    )


def _functions(workload: Workload, points: float, work: Work, prices: Prices) -> float:
    """Work for points, listings of all points, and functions that wake up and find nothing to do."""
    pages = workload.volumes * workload.kept / PER_DESCRIBE
    listing = HOURS * work.listings_an_hour * pages * work.describe_seconds
    idle = HOURS * work.idle_invocations_an_hour
    seconds = points * work.point_seconds + listing + idle * work.idle_seconds
    invocations = points * work.point_invocations + idle
    computing = seconds * work.memory_gb * prices.lambda_gb_second
    return computing + invocations * prices.lambda_requests / MILLION
