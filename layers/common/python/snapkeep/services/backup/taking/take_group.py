"""Takes a group: crash-consistent by one CreateSnapshots call where EC2 can, otherwise back to back."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import GroupRefused, PermanentError, SnapkeepError, Throttled
from snapkeep.domain.points import Point, Snapshot
from snapkeep.ports.ec2 import Snapshots, Volumes
from snapkeep.ports.points import Creation, Creations
from snapkeep.services.backup.taking.intents import Intents

EXCLUSION_LIMIT = 40
"""CreateSnapshots accepts at most 40 excluded data volumes (`InstanceSpecification`, EC2 API)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Created:
    """A member has a snapshot, journaled."""

    point: Point


@dataclass(frozen=True, slots=True)
class Failed:
    """A member can never get a snapshot; the taker continues once that is journaled."""

    point: Point
    reason: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """Members that the call cannot serve. Each is taken alone once the lead is settled and the group is
    over.
    """

    points: Sequence[Point]
    reason: str


@dataclass(frozen=True, slots=True)
class GroupTaker:
    """Takes the members of one group, each on its own volume, under their lead's lease and intent.

    The lead is settled last, whether it gets a snapshot or fails: until then, a retry knows that members may
    be missing.
    """

    snapshots: Snapshots
    volumes: Volumes
    creations: Creations
    intents: Intents
    may_fall_back: bool

    def take(
        self,
        lead: Point,
        members: Sequence[Point],
        attached: Mapping[str, str],
        existing: Mapping[str, Snapshot],
    ) -> Iterator[Created | Failed | PutOff]:
        """Create and journal the missing snapshots, and yield each step; a member whose volume is gone fails
        alone.

        `attached` holds the instance of each existing volume, `existing` the existing snapshots by point id.
        Raises GroupRefused when EC2 refuses the group and the policy does not allow taking it one by one, and
        TemporaryError when it must be retried later.
        """
        members = sorted(members, key=lambda point: (point.id == lead.id, point.id))
        alive = [point for point in members if point.volume_id in attached]
        missing = [point for point in alive if point.id not in existing]
        if missing:
            self.intents.write(lead)
            instances = {attached[point.volume_id] for point in alive}
            yield from self._create(lead, missing, instances, bool(existing))
        yield from self._write([(point, existing[point.id]) for point in members if point.id in existing])
        for point in members:
            if point not in alive and point.id not in existing:
                yield Failed(point, f"the volume {point.volume_id} no longer exists")

    def _create(
        self, lead: Point, missing: Sequence[Point], instances: set[str], is_rest: bool
    ) -> Iterator[Created | Failed | PutOff]:
        """Take the missing snapshots: at once on one instance, otherwise back to back with the reason
        noted."""
        if is_rest:
            yield from self._back_to_back(
                lead, missing, "taken later than the rest of its group, which was cut short"
            )
        elif len(missing) == 1:
            yield from self._back_to_back(lead, missing, "")
        elif len(instances) > 1 or "" in instances:
            note = "taken back to back: its volumes are not attached to one instance"
            yield from self._back_to_back(lead, missing, note)
        else:
            yield from self._together(lead, next(iter(instances)), missing)

    def _together(
        self, lead: Point, instance: str, points: Sequence[Point]
    ) -> Iterator[Created | Failed | PutOff]:
        members = {point.volume_id for point in points}
        exclude = sorted(set(self.volumes.data_volumes(instance)) - members)
        if len(exclude) > EXCLUSION_LIMIT:
            note = (
                f"taken back to back: {instance} has {len(exclude)} other volumes, "
                f"and CreateSnapshots excludes at most {EXCLUSION_LIMIT}"
            )
            yield from self._back_to_back(lead, points, note)
            return
        try:
            created = self._create_group(lead, instance, exclude)
        except GroupRefused as error:
            if not self.may_fall_back:
                raise
            yield from self._back_to_back(lead, points, f"taken back to back: {error.reason}")
            return
        yield from self._write(
            [(point, created[point.volume_id]) for point in points if point.volume_id in created]
        )
        rest = [point for point in points if point.volume_id not in created]
        yield PutOff(rest, f"CreateSnapshots of {instance} omitted its volume")

    def _create_group(self, lead: Point, instance: str, exclude: Sequence[str]) -> dict[str, Snapshot]:
        """CreateSnapshots of the instance's other data volumes; the snapshots by volume id."""
        description = f"Snapkeep {lead.policy}: group {lead.group} of {lead.claim.cluster}"
        try:
            created = self.snapshots.create_group(instance, exclude, tags.identity_tags(lead), description)
        except Throttled:
            self.intents.withdraw(lead)
            raise
        return {snapshot.volume_id: snapshot for snapshot in created}

    def _back_to_back(self, lead: Point, points: Sequence[Point], note: str) -> Iterator[Created | Failed]:
        """One create after the other; each is journaled at once, the lead last, so that a retry can
        resume."""
        for point in points:
            try:
                snapshot = self.snapshots.create(
                    point.volume_id, tags.full_tags(point), tags.description_of(point)
                )
            except Throttled:
                self.intents.withdraw(lead)
                raise
            except PermanentError as error:
                yield Failed(point, error.reason)
                continue
            yield from self._write([(point, snapshot)], note)

    def _write(self, pairs: Sequence[tuple[Point, Snapshot]], note: str = "") -> Iterator[Created]:
        """Journal these members together, then complete the tags that a group call cannot set."""
        if not pairs:
            return
        creations = [
            Creation(point.id, snapshot.id, snapshot.started_at, snapshot.size_bytes, note)
            for point, snapshot in pairs
        ]
        self.creations.write_created(pairs[0][0].run, creations)
        yield from (Created(point) for point, _ in pairs)
        for point, snapshot in pairs:
            self._complete_tags(point, snapshot)

    def _complete_tags(self, point: Point, snapshot: Snapshot) -> None:
        """Complete the tags. A failure is only logged: it is repeated when the snapshot completes."""
        missing = tags.missing_tags(snapshot.tags, point)
        try:
            if missing:
                self.snapshots.add_tags(snapshot.id, missing)
        except SnapkeepError as error:
            log.warning("the tags of %s are not complete yet: %s", snapshot.id, error.reason)
