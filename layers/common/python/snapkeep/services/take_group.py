"""Taking a group: crash-consistent by one CreateSnapshots call where EC2 can, back to back where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import GroupRefused
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.ports import Clock, Creation, Journal, Snapshots
from snapkeep.services.looking import description_of, oldest

EXCLUSION_LIMIT = 40
"""CreateSnapshots accepts at most 40 excluded data volumes (`InstanceSpecification`, EC2 API)."""


@dataclass(frozen=True, slots=True)
class GroupTaker:
    """Takes the members of one group under the lease and the intent of their lead."""

    snapshots: Snapshots
    journal: Journal
    clock: Clock
    may_fall_back: bool
    retry_allowed: Callable[[Point], Point]
    fail: Callable[[Point, str], None]

    def take(self, lead: Point, members: Sequence[Point], owner: str) -> list[str]:
        """Create what is missing and journal it; returns the ids of the members that have a snapshot now.

        Raises GroupRefused when EC2 refuses the group and the policy does not allow taking it
        one by one, and TemporaryError when it must be tried later.
        """
        fresh = lead.state is PointState.PLANNED
        if fresh:
            lead = self.journal.write_intent(lead, owner, self.clock())
        existing = self._look(members)
        attached = self.snapshots.attachments([point.volume_id for point in members])
        members = self._with_volumes(_lead_last(members), attached)
        self._write([(point, existing[point.volume_id]) for point in members if point.volume_id in existing])
        missing = [point for point in members if point.volume_id not in existing]
        if missing and not fresh:
            self.retry_allowed(lead)
        self._create(missing, {attached[point.volume_id] for point in members}, whole=not existing)
        return [point.id for point in members]

    def _look(self, members: Sequence[Point]) -> dict[str, Snapshot]:
        """What exists already of this group, by volume id, the oldest of each."""
        first = members[0]
        wanted = {key: tags.identity_tags(first)[key] for key in (tags.RUN, tags.GROUP)}
        found = self.snapshots.find(wanted, [point.volume_id for point in members])
        return oldest(found, lambda snapshot: snapshot.volume_id)

    def _with_volumes(self, members: Sequence[Point], attached: Mapping[str, str]) -> list[Point]:
        """The members whose volume still exists; the others fail, and only they."""
        for point in members:
            if point.volume_id not in attached:
                self.fail(point, f"the volume {point.volume_id} does not exist any more")
        return [point for point in members if point.volume_id in attached]

    def _create(self, missing: Sequence[Point], instances: set[str], whole: bool) -> None:
        """Cut the missing snapshots: at once on one instance, else back to back with the reason noted."""
        if len(missing) < 2 or not whole:
            self._back_to_back(missing, "" if whole else "the rest of a group that was cut short")
        elif len(instances) > 1 or "" in instances:
            self._back_to_back(missing, "taken back to back: its volumes are not attached to one instance")
        else:
            self._together(next(iter(instances)), missing)

    def _together(self, instance: str, points: Sequence[Point]) -> None:
        members = {point.volume_id for point in points}
        exclude = sorted(set(self.snapshots.data_volumes(instance)) - members)
        if len(exclude) > EXCLUSION_LIMIT:
            self._back_to_back(
                points,
                f"taken back to back: {instance} has {len(exclude)} other volumes, "
                f"and CreateSnapshots excludes at most {EXCLUSION_LIMIT}",
            )
            return
        first = points[0]
        description = f"Snapkeep {first.policy}: group {first.group} of {first.claim.cluster}"
        try:
            created = self.snapshots.create_group(instance, exclude, tags.identity_tags(first), description)
        except GroupRefused as error:
            if not self.may_fall_back:
                raise
            self._back_to_back(points, f"taken back to back: {error.reason}")
            return
        by_volume = {snapshot.volume_id: snapshot for snapshot in created}
        self._write([(point, by_volume[point.volume_id]) for point in points])

    def _back_to_back(self, points: Sequence[Point], note: str) -> None:
        """One create after the other; each is journaled at once, the lead last, so that a retry knows."""
        for point in points:
            snapshot = self.snapshots.create(point.volume_id, tags.full_tags(point), description_of(point))
            self._write([(point, snapshot)], note)

    def _write(self, pairs: Sequence[tuple[Point, Snapshot]], note: str = "") -> None:
        """Journal these members at once, then complete the tags that a group call cannot set."""
        if not pairs:
            return
        self.journal.write_created(
            pairs[0][0].run,
            [
                Creation(point.id, snapshot.id, snapshot.started_at, snapshot.size_bytes, note)
                for point, snapshot in pairs
            ],
        )
        for point, snapshot in pairs:
            missing = tags.missing_tags(snapshot.tags, point)
            if missing:
                self.snapshots.add_tags(snapshot.id, missing)


def _lead_last(members: Sequence[Point]) -> list[Point]:
    return sorted(members, key=lambda point: (point.id == point.lead, point.id))
