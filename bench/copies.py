"""Daily copies of 900 and 5,000 volumes to one place, on a simulated clock: how long until the last one, next
to the floor of 15 at a time, how old the newest copy of a volume gets, and whether any volume starves.

The product's own code decides what to copy and in which order. EC2 is simulated: a copy takes as long as its
scenario says, and its event starts the next turn within seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from bench.figures import Figure
from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.queue import next_up, room
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.copies.view.capacity import CopyLoad, copy_capacity_of
from snapkeep.domain.copies.wanted import choose
from snapkeep.domain.points import ClaimFacts

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EVENT = timedelta(seconds=10)
"""How long after a copy's end its event starts a turn."""
TURN = timedelta(minutes=5)
"""How often a turn begins by itself."""
RULE = CopyRule("osaka", {"daily": 3}, Every(Period.DAY))

Takes = Callable[[Random], timedelta]


def always(minutes: float) -> Takes:
    """Every copy takes so long."""
    return lambda _: minutes * MINUTE


def mixed(random: Random) -> timedelta:
    """60 seconds to 30 minutes, most of them short: a tenth of the volumes changes much."""
    return MINUTE * (random.uniform(15, 30) if random.random() < 0.1 else random.uniform(1, 5))


@dataclass
class Place:
    """A place and the volumes that are copied there once a day; `known` points and copies of each are looked
    at."""

    volumes: int
    takes: Takes
    events: bool = True
    known: int = 3
    random: Random = field(default_factory=lambda: Random(17))

    def __post_init__(self) -> None:
        names = [f"{number:05}" for number in range(self.volumes)]
        self.claims = {name: _claim(name) for name in names}
        self.points: dict[str, list[Source]] = {name: [] for name in names}
        self.copies: dict[str, list[Copy]] = {name: [] for name in names}
        self.wanted: dict[str, Source] = {}
        self.ends: list[tuple[datetime, str]] = []
        self.work = timedelta()
        self.made: dict[str, int] = dict.fromkeys(names, 0)
        self.last_ready: dict[int, datetime] = {}
        self.oldest = timedelta()

    def run(self, days: int) -> None:
        """Take a point of every volume at each midnight, and copy until `days` have passed."""
        turns = [BEGIN + day * DAY for day in range(days)]
        now, end, seen = BEGIN, BEGIN + days * DAY, datetime.min.replace(tzinfo=UTC)
        while turns and (now := heapq.heappop(turns)) < end:
            if now == seen:
                continue
            seen = now
            if (now - BEGIN) % DAY == timedelta():
                self._take_points(now)
            self._settle(now)
            for ends_at in self._start(now):
                heapq.heappush(turns, ends_at + EVENT if self.events else _next_turn(ends_at))

    def _take_points(self, now: datetime) -> None:
        for name, claim in self.claims.items():
            point = f"{name}-{now:%Y%m%d}"
            source = Source(point, claim, "daily", now, now, f"snap-{point}", f"vol-{name}")
            self.points[name] = [*self.points[name], source][-self.known :]
            self._choose(name, now)

    def _choose(self, name: str, now: datetime) -> None:
        choice = choose(self.points[name], self.copies[name], RULE, UTC, now)
        self.wanted.pop(name, None)
        if choice.wanted:
            self.wanted[name] = choice.wanted[0].source

    def _settle(self, now: datetime) -> None:
        while self.ends and self.ends[0][0] <= now:
            ended, name = heapq.heappop(self.ends)
            *before, copy = self.copies[name]
            if before:
                self.oldest = max(self.oldest, ended - before[-1].taken)
            self.copies[name] = [*before[-self.known :], replace(copy, state=CopyState.READY)]
            self.made[name] += 1
            day = (copy.taken - BEGIN) // DAY
            self.last_ready[day] = max(ended, self.last_ready.get(day, ended))
            self._choose(name, now)

    def _start(self, now: datetime) -> Iterator[datetime]:
        if not room(len(self.ends)):
            return
        copies = (copy for some in self.copies.values() for copy in some)
        for source in next_up(self.wanted.values(), copies, room(len(self.ends))):
            name, takes = source.claim.name, self.takes(self.random)
            self.copies[name].append(_copy(source, now))
            self.work += takes
            heapq.heappush(self.ends, (now + takes, name))
            self._choose(name, now)
            yield now + takes


def _claim(name: str) -> ClaimFacts:
    return ClaimFacts("myeks", "shop", name, name, "8Gi", "gp3", ("ReadWriteOnce",), "Filesystem", "ext4")


def _copy(source: Source, now: datetime) -> Copy:
    return Copy(
        f"copy-{source.point_id}",
        source.point_id,
        "osaka",
        source.claim,
        source.policy,
        source.slot,
        source.taken,
        source.snapshot_id,
        source.volume_id,
        CopyState.PENDING,
        now,
    )


def _next_turn(time: datetime) -> datetime:
    return time + (BEGIN - time) % TURN


def measured(place: Place, days: int, minutes: float) -> dict[str, float]:
    """The results of these days, beside the planner's figures for copies of that many minutes."""
    place.run(days)
    planned = copy_capacity_of(CopyLoad(place.volumes, 1, minutes * MINUTE))
    floor = place.work / sum(place.made.values()) * place.volumes / IN_FLIGHT
    last = place.last_ready.get(0, BEGIN) - BEGIN
    return {
        "volumes": place.volumes,
        "last_h": round(last / timedelta(hours=1), 2),
        "floor_h": round(floor / timedelta(hours=1), 2),
        "times_floor": round(last / floor, 3),
        "rpo_h": round(place.oldest / timedelta(hours=1), 2),
        "planned_rpo_h": round(planned.rpo / timedelta(hours=1), 2),
        "least_copies": min(place.made.values()),
        "most_copies": max(place.made.values()),
    }


def figures() -> Iterator[Figure]:
    """Loads that fit and one that cannot; with events, and with every event lost."""
    limits = {"times_floor": 1.3}
    for volumes, what, takes, minutes in (
        (900, "60 s each", always(1), 1),
        (900, "60 s to 30 min", mixed, 5),
        (5_000, "60 s each", always(1), 1),
    ):
        found = measured(Place(volumes, takes), 2, minutes)
        yield Figure(f"{volumes:,}, {what}", found, limits | {"rpo_h": found["planned_rpo_h"] * 1.1})
    yield Figure("900, 60 s each, events lost", measured(Place(900, always(1), events=False), 2, 1))
    found = measured(Place(5_000, always(30), known=1), 16, 30)
    beyond = {name: found[name] for name in found if name not in ("last_h", "floor_h", "times_floor")}
    fair = {"rpo_h": found["planned_rpo_h"], "most_copies": found["least_copies"] + 1}
    yield Figure("5,000, 30 min each: does not fit", beyond, fair)
