"""What the sandbox's AWS knows beyond ministack's own state: its clock, switches, faults and counters."""

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.aws.backup.records import BackupState
from sandbox.aws.block_store import BlockStore
from sandbox.aws.functions.places import Places
from sandbox.clock import SandboxClock, real_now

ARN_SHAPES = {
    "region-then-account": "arn:aws:ec2:{region}::snapshot/{id}",
    "account-then-region": "arn:aws:ec2::{region}:snapshot/{id}",
    "region-and-account": "arn:aws:ec2:{region}:{account}:snapshot/{id}",
}
Scope = tuple[str, str]
"""An account and a Region."""


@dataclass(frozen=True)
class Settings:
    """The control endpoint's switches. Times are seconds on the sandbox clock."""

    snapshot_seconds: float | None = 1.0
    """How long a snapshot stays pending; None keeps it pending until a test settles it."""
    describe_lag_seconds: float = 0.0
    """How long a new snapshot stays invisible to DescribeSnapshots."""
    volume_snapshot_spacing_seconds: float = 0.0
    """The minimum time between two snapshots of one volume. EC2 requires 15; 0 allows many at once."""
    recycle_bin_days: int = 0
    """How long a deleted snapshot stays in the Recycle Bin; 0 deletes it at once."""
    snapshot_arn_shape: str = "region-then-account"
    """Snapshot ARNs in events, one of ARN_SHAPES; the AWS documentation shows all of them."""
    snapshot_events: int = 1
    """How many times a completion event is delivered; 0 loses it, 2 delivers it twice."""
    copy_seconds: float | None = 1.0
    """How long a copy of a snapshot stays pending; None keeps it pending until a test settles it."""
    key_check_seconds: float = 1.0
    """How long EBS takes to find out that a copy's key cannot be used; the copy then ends in `error`."""
    copy_events: int = 1
    """How many times the event of an ended copy is delivered; 0 loses it, 8 delivers it eight times."""
    copies_in_progress: int = 20
    """How many copies may be pending in one destination Region and account."""
    archive_seconds: float | None = 1.0
    """How long it takes to archive a snapshot; None: for ever. It also holds for those in progress."""
    tier_restore_seconds: float | None = 1.0
    """How long it takes to bring one back, up to 72 hours on AWS; None: for ever."""
    archives_in_progress: int = 25
    """How many snapshots an account may have archived at a time in a Region."""
    archives_of_a_volume: int = 25
    """How many snapshots of a volume may be in the archive tier or on their way there."""
    tier_restores_in_progress: int = 5
    """How many snapshots may be on their way back at a time."""
    tier_events: int = 1
    """How many times the event of an ended move is delivered; 0 loses it."""
    block_reads_per_second: float = 1000.0
    """How many blocks an account may read in a Region; more calls are throttled. 0 throttles all of them."""
    block_lists_per_second: float = 50.0
    """The same for calls that list blocks."""
    blocks_looked_at: int = 10_000
    """How many blocks, written or not, one call that lists looks at: where few are written, its page is short
    or empty."""
    backup_seconds: float | None = 1.0
    """How long an AWS Backup job runs; None keeps it running until the switch is set again."""
    backup_delete_seconds: float = 1.0
    """How long a recovery point of AWS Backup is `DELETING`."""
    backup_events: int = 1
    """How many times an event of AWS Backup is delivered; 0 loses it."""
    restore_seconds: float | None = 1.0
    """How long a restore job of AWS Backup runs; None keeps it running."""
    scheduler: str = "stepped"
    """`stepped`: schedules fire only when the clock is advanced. `live`: also as time passes."""

    shutdown_seconds: float = 1.0
    """How long an instance is `shutting-down` before it is `terminated`, or `stopping` before `stopped`."""

    lost_regions: tuple[str, ...] = ()
    """The Regions that are gone: no call is answered there, no schedule fires and no function runs."""

    functions_follow_clock: bool = False
    """False: functions, snapshot start times and event times use real time, and only Scheduler runs ahead.
    True: all of them use the sandbox's time, so that days of backups pass in seconds."""
    functions_skip_sleep: bool = False
    """True: a sleep (to keep a pace) in a function that follows the clock passes at once, and the sandbox's
    clock advances by it when the function answers."""

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """Return a copy with `changes`. ValueError names an unknown switch or an invalid value."""
        known = {each.name for each in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise ValueError(f"no such setting: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        settings = replace(self, **changes)
        settings = replace(settings, lost_regions=tuple(settings.lost_regions))
        if settings.snapshot_arn_shape not in ARN_SHAPES:
            raise ValueError(f"snapshot_arn_shape is one of {', '.join(ARN_SHAPES)}")
        if settings.scheduler not in ("stepped", "live"):
            raise ValueError("scheduler is stepped or live")
        return settings


@dataclass
class Fault:
    """An API error to return, `times` times, to one action such as `ec2:CreateSnapshot`.

    `after`: the call is carried out first and only its answer is lost, as when a connection breaks.
    `resource`: only calls whose request names this resource id. `region`: only calls in this Region.
    """

    action: str
    code: str
    message: str = "Injected by the sandbox."
    status: int = 400
    times: int = 1
    after: bool = False
    resource: str = ""
    region: str = ""


class Faults:
    """The faults still to happen, in the order they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Queue a fault."""
        with self._lock:
            self._faults.append(fault)

    def take(self, action: str, request: str, region: str) -> Fault | None:
        """Return the fault for this call, counted down, or None."""
        with self._lock:
            for fault in self._faults:
                here = fault.region in ("", region)
                if here and fault.action == action and fault.times > 0 and fault.resource in request:
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        """Cancel every fault."""
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """Return the faults that have not all happened yet."""
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.times > 0]


@dataclass(frozen=True)
class Ending:
    """The next step of an ending instance, due at `at`; `begun` once it is shutting down."""

    action: str
    at: datetime
    begun: bool = False


@dataclass
class FunctionRecord:
    """One function's figures: counts, durations and CPU in ms (separately for invocations and their cold
    starts), and its workers' peak memory in bytes."""

    invocations: int = 0
    errors: int = 0
    cold_starts: int = 0
    peak_rss_bytes: int = 0
    durations_ms: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    init_ms: deque[float] = field(default_factory=lambda: deque(maxlen=1_000))
    cpu_ms: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    init_cpu_ms: deque[float] = field(default_factory=lambda: deque(maxlen=1_000))

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {key: list(value) if isinstance(value, deque) else value for key, value in vars(self).items()}


@dataclass
class World:
    """Everything the patches share."""

    clock: SandboxClock
    account: str
    region: str
    endpoint: str
    work: Path
    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=Faults)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Region and action to how many calls reached their service."""
    functions: dict[str, FunctionRecord] = field(default_factory=dict)
    """The functions' figures: by name in the sandbox's own Region, by NAME@REGION elsewhere."""
    snapshot_outcomes: dict[str, int] = field(default_factory=dict)
    """Volume id (or `*`) to how many of its next snapshots end in `error`."""
    copy_outcomes: dict[str, int] = field(default_factory=dict)
    """Source snapshot id (or `*`) to how many of its next copies end in `error`."""
    copies: dict[tuple[Scope, tuple[str, ...]], list[dict[str, Any]]] = field(default_factory=dict)
    """Where copies went and what volume they are of, to every copy ever made, oldest first."""
    tier_outcomes: dict[str, int] = field(default_factory=dict)
    """Snapshot id (or `*`) to how many of its next moves between the tiers fail."""
    tiered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The snapshots of every account and Region that were ever archived, by id."""
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The pending snapshots of every account and Region, by id."""
    recycle_bin: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The deleted snapshots of every account and Region that can still be restored, by id."""
    endings: dict[str, Ending] = field(default_factory=dict)
    """The instances due to end, by id."""
    fired_until: dict[str, datetime] = field(default_factory=dict)
    """Schedule ARN to the time up to which its slots are handled."""
    blocks: BlockStore = field(init=False)
    backup: BackupState = field(default_factory=BackupState)
    queued_events: int = 0
    """Asynchronous invocations that are queued, running or waiting for a retry."""
    places: Places = field(default_factory=Places)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.blocks = BlockStore(self.work / "blocks")

    def told_time(self) -> datetime:
        """Return the time that AWS writes on what it creates: see Settings.functions_follow_clock."""
        return self.clock.now() if self.settings.functions_follow_clock else real_now()

    def function(self, arn: str) -> FunctionRecord:
        """Return the function's record, a new one if it never ran."""
        parts = arn.split(":")
        name = parts[6] if parts[3] == self.region else f"{parts[6]}@{parts[3]}"
        with self.lock:
            return self.functions.setdefault(name, FunctionRecord())

    def counted(self, region: str = "") -> Counter[str]:
        """Return how many calls of each action there were, in one Region or in all."""
        total: Counter[str] = Counter()
        with self.lock:
            for (place, action), number in self.calls.items():
                total[action] += number if region in ("", place) else 0
        return +total
