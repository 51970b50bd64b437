"""EC2 with the limits of a real account: token buckets, pending snapshots, and describes that lag.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
https://docs.aws.amazon.com/general/latest/gr/ebs-service.html
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bench.simulation.indexed import IndexedSnapshots
from bench.simulation.kernel import Simulation
from snapkeep.domain.errors import Throttled
from snapkeep.domain.points import Snapshot, SnapshotState

Draw = Callable[[random.Random], float]
"""Draws a number of seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What EC2 allows an account in a Region: bucket size and refill per second by API, and pending
    snapshots."""

    buckets: Mapping[str, tuple[float, float]]
    pending: int = 100
    pending_of_volume: int = 5
    seconds_between: float = 15.0


EC2_LIMITS = Limits(
    {"CreateSnapshot": (100, 5), "DescribeSnapshots": (100, 20), "CreateTags": (100, 10)},
)


def lag_up_to(seconds: float) -> Draw:
    """Nine of ten describes are up to date within 2 s; the rest lag by up to this many seconds."""
    return lambda dice: dice.uniform(0, min(2, seconds) if dice.random() < 0.9 else seconds)


class Bucket:
    """A token bucket on the simulated clock."""

    def __init__(self, size: float, per_second: float) -> None:
        self.size, self.per_second = size, per_second
        self._tokens, self._at = size, 0.0

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        self._tokens = min(self.size, self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class SimulatedEc2(IndexedSnapshots):
    """Snapshots take `duration` to complete, then call `on_end`, as EventBridge would.

    Describes show a snapshot's existence and completion with a delay of `lag`.
    `refused` counts refusals by error code, `created_at` says when creates were accepted.
    """

    def __init__(
        self,
        simulation: Simulation,
        duration: Draw,
        lag: Draw,
        on_end: Callable[[str], object] = lambda snapshot_id: None,
        limits: Limits = EC2_LIMITS,
        seed: int = 1,
    ) -> None:
        super().__init__(simulation.clock)
        self.refused: Counter[str] = Counter()
        self.created_at: list[float] = []
        self.on_end = on_end
        self._simulation = simulation
        self._duration, self._lag_of, self._limits = duration, lag, limits
        self._dice = random.Random(seed)
        self._buckets = {name: Bucket(*sizes) for name, sizes in limits.buckets.items()}
        self._pending: Counter[str] = Counter()
        self._all_pending = 0
        self._last: dict[str, float] = {}

    def create(self, volume_id: str, tags: Mapping[str, str], description: str) -> Snapshot:
        self._spend("CreateSnapshot")
        self._admit(volume_id)
        self.lag = timedelta(seconds=self._lag_of(self._dice))
        snapshot = super().create(volume_id, tags, description)
        self._pending[volume_id] += 1
        self._all_pending += 1
        self._last[volume_id] = self._simulation.seconds
        self.created_at.append(self._simulation.seconds)
        self._simulation.after(self._duration(self._dice), partial(self._end, snapshot))
        return snapshot

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        self._spend("DescribeSnapshots")
        return super().find(tags, volume_ids, state)

    def get(self, snapshot_id: str) -> Snapshot | None:
        self._spend("DescribeSnapshots")
        return super().get(snapshot_id)

    def add_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        self._spend("CreateTags")
        super().add_tags(snapshot_id, tags)

    def _spend(self, api: str) -> None:
        if not self._buckets[api].take(self._simulation.seconds):
            raise self._refusal("RequestLimitExceeded", 5)

    def _admit(self, volume_id: str) -> None:
        since = self._simulation.seconds - self._last.get(volume_id, -self._limits.seconds_between)
        if since < self._limits.seconds_between:
            raise self._refusal("SnapshotCreationPerVolumeRateExceeded", 15)
        if self._pending[volume_id] >= self._limits.pending_of_volume:
            raise self._refusal("ConcurrentSnapshotLimitExceeded", 60)
        if self._all_pending >= self._limits.pending:
            raise self._refusal("PendingSnapshotLimitExceeded", 60)

    def _refusal(self, code: str, delay: float) -> Throttled:
        """The EC2 adapter's error for that code."""
        self.refused[code] += 1
        return Throttled(code, timedelta(seconds=delay))

    def _end(self, snapshot: Snapshot) -> None:
        self._pending[snapshot.volume_id] -= 1
        self._all_pending -= 1
        self._simulation.after(self._lag_of(self._dice), partial(self.complete, snapshot.id))
        self.on_end(snapshot.id)
