"""Short turns: they settle the copies that ended and begin the next ones of the queue, without listing the
place. Listing it costs a DescribeSnapshots call per thousand copies, and copies may end every few seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Source, read_copy, read_source
from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.places import KnownPlace, Place, Queued
from snapkeep.domain.copies.queue import room
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.runs import Runs
from snapkeep.services.copies.choose_copies import Wanted
from snapkeep.services.copies.copy_point import CopyPoint
from snapkeep.services.copies.place_copies import PlaceCopies, sorted_out
from snapkeep.services.copies.settle_copies import SettleCopies
from snapkeep.services.copies.turn import Turn

FRESH = timedelta(minutes=15)
"""How old the queue may be that events work off; the schedule makes a new one every 5 minutes."""

MANY = 5_000
"""From so many copies on, the schedule lists a place only every `LIST_EVERY`, or when a run has ended."""

LIST_EVERY = timedelta(hours=1)

LONGEST_RUN = timedelta(days=2)
"""How long before its end the slot of a run may be; the points of a longer one wait for the next listing."""

MOST_QUEUED = 60
"""How many copies the queue holds: what a place begins until the next turn that lists it."""


@dataclass(frozen=True, slots=True)
class ShortTurn:
    """Works on places of the config, each under its lease; `snapshots` are those of the home Region.

    The queue is never the truth: each point is looked for in the journal, and in the place by its tags, right
    before it is copied.
    """

    deployment: Deployment
    records: CopyRecords
    snapshots: Snapshots
    settler: SettleCopies
    copier: CopyPoint
    runs: Runs
    clock: Clock

    def known(self, place: Place) -> KnownPlace:
        """What the journal knows of a place."""
        now = self.clock()
        found = (each for each in self.records.places() if each.name == place.name)
        new = KnownPlace(place.name, place.region, now, now)
        return next((each for each in found if each.region == place.region), new)

    def is_enough(self, known: KnownPlace, *, event: bool) -> bool:
        """True when a turn need not list the place."""
        if known.listed_at is None:
            return False
        age = abs(self.clock() - known.listed_at)
        if known.listed < MANY:
            return age < (FRESH if event else timedelta())
        return age < LIST_EVERY and (event or not self._has_news(known, known.listed_at))

    def _has_news(self, known: KnownPlace, since: datetime) -> bool:
        """True when a run has ended since then whose points are copied to a place: new ones begin at once.

        The listing may not have shown the points of a run that had ended only just before.
        """
        ended_after = since - self.deployment.consistency_wait
        for policy in self.deployment.policies:
            rule = rule_to(policy, known.name)
            for name in (policy.name, *rule.also) if rule else ():
                for cluster in policy.clusters:
                    runs = self.runs.runs_of(cluster, name, since - LONGEST_RUN)
                    if any(run.closed_at and run.closed_at >= ended_after for run in runs):
                        return True
        return False

    def run(self, turn: Turn, known: KnownPlace) -> PlaceCopies:
        """One turn; returns what it looked at."""
        begun = [each for each in turn.records.open_copies(turn.place.name) if turn.is_here(each)]
        listed = self._look(turn, begun)
        begun = self.settler.run(turn, listed)
        names = {each.snapshot_id for each in begun}
        others = sum(1 for each in listed.pending if each.snapshot_id not in names)
        free = 0 if turn.place.retire else room(len(begun) + others)
        keys = [(each.cluster, each.point_id) for each in known.queue] if free else []
        records = turn.records.copies(turn.place.name, keys) if keys else {}
        here = {key: record.in_region(turn.place.region) for key, record in records.items()}
        queue = [each for each in known.queue if free and self._may_begin(turn, each, here)]
        for number, item in enumerate(queue):
            if not free:
                break
            record = None
            with turn.part(item.point_id):
                record = self._begin(turn, item, here.get((item.cluster, item.point_id)))
            free -= record is not None
            if record is not None and record.stage is CopyStage.WAITING:
                turn.report.waiting += len(queue) - number
                break
        return listed

    def remember(self, turn: Turn, known: KnownPlace, listed: PlaceCopies, queue: Iterable[Wanted]) -> None:
        """Journal what comes next, after a turn that listed the place whole."""
        entries = tuple(
            Queued(each.source.claim.cluster, each.source.point_id, each.source.snapshot_id, each.rule)
            for each in queue
        )
        with turn.part("the queue"):
            self.records.write_place(
                replace(known, listed=len(listed.copies), listed_at=self.clock(), queue=entries)
            )

    def _look(self, turn: Turn, begun: Iterable[CopyRecord]) -> PlaceCopies:
        """The copies in progress, those that events name, and for one that was full the others of its
        volume."""
        ids = {*turn.incremental, *(each.snapshot_id for each in begun if each.snapshot_id)}
        found: dict[str, Snapshot] = dict(turn.snapshots.get_many(sorted(ids)))
        wanted = [{tags.POINT: each.point_id} for each in begun if not each.snapshot_id]
        for name, incremental in turn.incremental.items():
            volume = found[name].tags.get(copy_tags.SOURCE_VOLUME) if name in found else None
            if volume and not incremental:
                wanted.append({copy_tags.SOURCE_VOLUME: volume})
        for some in wanted:
            found |= {
                each.id: each for each in turn.snapshots.find(copy_tags.found_by(turn.place.name) | some)
            }
        ours = [
            each
            for each in found.values()
            if copy_tags.found_by(turn.place.name).items() <= each.tags.items()
        ]
        return sorted_out(map(read_copy, ours))

    def _may_begin(self, turn: Turn, item: Queued, records: Mapping[tuple[str, str], CopyRecord]) -> bool:
        """True for a point that the config still wants there, and whose copy is not begun."""
        policy = self.deployment.policy(item.rule)
        record = records.get((item.cluster, item.point_id))
        has_rule = policy is not None and rule_to(policy, turn.place.name) is not None
        is_wanted = has_rule or bool(record and record.asked_by)
        return is_wanted and (record is None or record.may_begin(self.clock()))

    def _begin(self, turn: Turn, item: Queued, record: CopyRecord | None) -> CopyRecord | None:
        """Begin a copy, unless its point is gone or a copy is there that the journal does not know."""
        source = self._source(item)
        there = turn.snapshots.find(copy_tags.found_by(turn.place.name) | {tags.POINT: item.point_id})
        if source is None or any(each.is_there for each in sorted_out(map(read_copy, there)).copies):
            return None
        return self.copier.run(turn, source, item.rule, record)

    def _source(self, item: Queued) -> Source | None:
        snapshot = self.snapshots.get(item.source)
        source = read_source(snapshot) if snapshot else None
        return source if source and source.point_id == item.point_id else None
