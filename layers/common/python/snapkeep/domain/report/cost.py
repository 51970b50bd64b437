"""What Snapkeep costs: the work of its functions at list prices, and an upper bound for the snapshots.

The service's cost is usage (counted by `make bench`) times price; free tiers are left out, so that the figure
holds for an account that has used them up. Snapshots are billed by the blocks they store, which EC2 does not
report, so their cost is an upper bound: no snapshot stores more than its volume's size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from snapkeep.domain.report.storage import US_EAST_1
from snapkeep.domain.sizes import gib

DAYS = 30
"""Days per month in these figures."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Billed units. Fields have the same names as their prices in `PRICES`; usages can be added and
    multiplied."""

    gib_seconds: float = 0.0
    """Lambda, memory times duration."""
    invocations: float = 0.0
    """Lambda."""
    messages: float = 0.0
    """SQS requests: sends, receives (also empty ones) and deletes."""
    events: float = 0.0
    """EventBridge events that Snapkeep publishes; those of AWS services are free."""
    schedules: float = 0.0
    """EventBridge Scheduler invocations."""
    writes: float = 0.0
    """DynamoDB write request units: each KiB written, twice in transactions, once more for each index."""
    reads: float = 0.0
    """DynamoDB read request units: 4 KiB read consistently."""
    table_gib: float = 0.0
    """DynamoDB storage with point-in-time recovery, GiB for a month."""
    log_gib: float = 0.0
    """CloudWatch Logs, GiB ingested."""
    metrics: float = 0.0
    """CloudWatch custom metrics, each for a month in which every hour has a value."""
    alarms: float = 0.0
    """CloudWatch alarms, each for a month."""

    def __add__(self, other: Usage) -> Usage:
        """The sum of two usages."""
        return Usage(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Usage)))

    def __mul__(self, times: float) -> Usage:
        """The usage multiplied."""
        return Usage(*(getattr(self, f.name) * times for f in fields(Usage)))


PRICES = Usage(
    gib_seconds=0.0000133334,
    invocations=0.20e-6,
    messages=0.40e-6,
    events=1.00e-6,
    schedules=1.00e-6,
    writes=0.625e-6,
    reads=0.125e-6,
    table_gib=0.45,
    log_gib=0.50,
    metrics=0.30,
    alarms=0.10,
)
"""US dollars per unit in us-east-1, as of `prices.US_EAST_1`: arm64 functions, standard queues, on-demand
tables, the first tier.

https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/sqs/pricing/
https://aws.amazon.com/eventbridge/pricing/ https://aws.amazon.com/dynamodb/pricing/on-demand/
https://aws.amazon.com/cloudwatch/pricing/
"""

# What follows is measured: the part `work` of `make bench` (bench/work.py) counts it, and
# tests/unit/snapkeep/domain/report/test_cost.py compares it with docs/bench.json.

PER_BACKUP = Usage(
    gib_seconds=0.275,
    invocations=1.85,
    messages=4.79,
    writes=13.1,
    reads=4.9,
    table_gib=3.09e-6,
    log_gib=2.64e-6,
)
"""One point: planned, created by `ebs`, completed by its event, listed, and journaled for 90 days."""

PER_DELETION = Usage(gib_seconds=0.294, writes=4.2)
"""One point pruned and verified."""

PER_KEPT = Usage(gib_seconds=0.427, reads=43.2)
"""One kept point for a month: prune lists it every hour and compares the catalogue."""

PER_RUN = Usage(
    gib_seconds=5.06,
    invocations=2,
    events=1,
    schedules=1,
    writes=4,
    reads=7,
    table_gib=1.33e-6,
    log_gib=2.86e-6,
    metrics=0.00417,
)
"""One policy, one slot, one cluster, without its points."""

PER_POLICY = Usage(gib_seconds=109, writes=5_760, reads=112_000, log_gib=0.00137, metrics=1)
"""One policy of one cluster for a month, whatever it takes: reconcile's checks and its freshness metric."""

PER_CLUSTER = Usage(gib_seconds=149, writes=6_480, reads=3_460)
"""One cluster for a month, whatever its contents: the hourly prune."""

PER_STACK = Usage(
    gib_seconds=1_520, invocations=15_100, messages=3_240_000, schedules=15_100, reads=1_440, log_gib=0.0216
)
"""One idle deployment (an account and Region) for a month: schedules and empty receives."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is backed up: `volumes` in `clusters` clusters, each with `policies` policies.

    Every volume is backed up `backups_a_day` times, as many of its points are pruned, and `kept` stay.
    `stacks` counts deployments: one per account and Region. `alarms` counts those of all stacks.
    """

    volumes: int
    backups_a_day: float = 1.0
    kept: int = 30
    clusters: int = 1
    policies: int = 1
    stacks: int = 1
    alarms: int = 0


def month_of(fleet: Fleet) -> dict[str, Usage]:
    """The fleet's usage in a month, by purpose."""
    backups = fleet.volumes * fleet.backups_a_day * DAYS
    pairs = fleet.clusters * fleet.policies
    return {
        "backups": PER_BACKUP * backups,
        "deletions": PER_DELETION * backups,
        "kept points": PER_KEPT * (fleet.volumes * fleet.kept),
        "runs": PER_RUN * (pairs * fleet.backups_a_day * DAYS),
        "policies": PER_POLICY * pairs,
        "clusters": PER_CLUSTER * fleet.clusters,
        "stacks": PER_STACK * fleet.stacks + Usage(alarms=fleet.alarms),
    }


def dollars(usage: Usage, prices: Usage = PRICES) -> dict[str, float]:
    """US dollars by billed unit (field of `Usage`), without those that cost nothing."""
    costs = {f.name: getattr(usage, f.name) * getattr(prices, f.name) for f in fields(Usage)}
    return {name: cost for name, cost in costs.items() if cost}


def total(usages: Mapping[str, Usage], prices: Usage = PRICES) -> float:
    """US dollars in total."""
    return sum(sum(dollars(usage, prices).values()) for usage in usages.values())


def storage_at_most(size_bytes: int) -> float:
    """The most that a snapshot of a volume of this size costs, in US dollars a month; usually far less."""
    return gib(size_bytes) * US_EAST_1.snapshot


@dataclass(frozen=True, slots=True)
class CopiedFleet:
    """Volumes of `used_gib` GiB that are copied to another Region `copies_a_day` times; `kept` copies stay.

    `change` is the share that differs between two copies.
    """

    volumes: int
    used_gib: float
    copies_a_day: float
    kept: int
    change: float


@dataclass(frozen=True, slots=True)
class CopyCosts:
    """US dollars: once to send the first, full copies; and a month for sending changes and for storage."""

    first: float
    transfer: float
    storage: float


def copy_costs(fleet: CopiedFleet) -> CopyCosts:
    """What copies cost. The source Region bills what is sent. The first copy of a volume is a full one, and
    so is the next one after the key was changed or the newest copy deleted.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html#ebs-incremental-copy
    """
    first = fleet.volumes * fleet.used_gib * US_EAST_1.transfer
    return CopyCosts(
        first=first,
        transfer=first * fleet.change * fleet.copies_a_day * DAYS,
        storage=fleet.volumes * storage_likely(fleet.used_gib, fleet.kept, fleet.change),
    )


@dataclass(frozen=True, slots=True)
class ArchiveCosts:
    """US dollars a month for archived points: in the archive tier, and what the blocks that only they hold
    would cost in the standard tier. `bring_back` is once for one point of each volume."""

    storage: float
    instead_of: float
    bring_back: float


def archive_costs(volumes: int, used_gib: float, archived: int, change: float, a_day: float) -> ArchiveCosts:
    """What `archived` monthly points of each volume cost.

    `change` is the share that differs between two of `a_day` points a day. A block is in one monthly point
    only if it was written in the month before and in the month after; where writes fall is taken as random.
    """
    written = 1 - (1 - change) ** (a_day * DAYS)
    gib_archived = volumes * used_gib * archived
    return ArchiveCosts(
        storage=gib_archived * US_EAST_1.archived_snapshot,
        instead_of=gib_archived * written**2 * US_EAST_1.snapshot,
        bring_back=volumes * used_gib * US_EAST_1.retrieval,
    )


def file_systems_likely(used_gib: float, kept: int, change: float) -> float:
    """US dollars a month for `kept` backups of file systems of EFS that hold `used_gib` GiB together: one
    full copy, and for each other backup the share of files that changed since the one before.

    https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html https://aws.amazon.com/backup/pricing/
    """
    return used_gib * US_EAST_1.file_system * min(kept, 1 + change * (kept - 1))


def change_between(change: float, a_day: float, copies_a_day: float) -> float:
    """The share that differs between two copies, where `change` of it differs between two points: at most
    all of it."""
    return min(1.0, change * max(1.0, a_day / copies_a_day))


def storage_likely(used_gib: float, kept: int, change: float) -> float:
    """US dollars a month for `kept` points of a volume: one full copy of the used data, and for each other
    point the share that changed since the one before.

    https://docs.aws.amazon.com/ebs/latest/userguide/how_snapshots_work.html
    """
    return used_gib * US_EAST_1.snapshot * min(kept, 1 + change * (kept - 1))
