"""Taking a group: crash-consistent by one CreateSnapshots call where EC2 can, back to back where not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import GroupRefused, PermanentError, SnapkeepError, Throttled
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.ports import Clock, Creation, Journal, Snapshots
from snapkeep.services.backup.find_snapshots import description_of, existing_of

EXCLUSION_LIMIT = 40
"""CreateSnapshots accepts at most 40 excluded data volumes (`InstanceSpecification`, EC2 API)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GroupTaker:
    """Takes the members of one group, each on a volume of its own, under their lead's lease and intent.

    The lead is settled last, whether it gets a snapshot or fails: while it is not, a retry knows that
    members may be missing. Members that the call cannot serve are put off by `later`: once the lead is
    settled the group is over, and each of them is taken alone. `created` is told every point that has a
    snapshot by this.
    """

    snapshots: Snapshots
    journal: Journal
    clock: Clock
    owner: str
    may_fall_back: bool
    retry_allowed: Callable[[Point], None]
    fail: Callable[[Point, str], None]
    later: Callable[[Sequence[Point], str], None]
    created: list[str]

    def take(self, lead: Point, members: Sequence[Point]) -> None:
        """Create what is missing and journal it; a member whose volume is gone fails alone.

        Raises GroupRefused when EC2 refuses the group and the policy does not allow taking it
        one by one, and TemporaryError when it must be tried later.
        """
        members = sorted(members, key=lambda point: (point.id == lead.id, point.id))
        attached = self.snapshots.attachments([point.volume_id for point in members])
        existing = existing_of(self.snapshots, members)
        alive = [point for point in members if point.volume_id in attached]
        missing = [point for point in alive if point.id not in existing]
        if missing:
            self._intend(lead)
            self._create(lead, missing, {attached[point.volume_id] for point in alive}, bool(existing))
        self._write([(point, existing[point.id]) for point in members if point.id in existing])
        for point in members:
            if point not in alive and point.id not in existing:
                self.fail(point, f"the volume {point.volume_id} does not exist any more")

    def _intend(self, lead: Point) -> None:
        """Journal the intent; after an earlier one without an outcome only when that is surely lost."""
        if lead.state is PointState.PLANNED:
            self.journal.write_intent(lead, self.owner, self.clock())
        else:
            self.retry_allowed(lead)

    def _create(self, lead: Point, missing: Sequence[Point], instances: set[str], is_rest: bool) -> None:
        """Cut the missing snapshots: at once on one instance, else back to back with the reason noted."""
        if is_rest:
            self._back_to_back(lead, missing, "taken later than the rest of its group, which was cut short")
        elif len(missing) == 1:
            self._back_to_back(lead, missing, "")
        elif len(instances) > 1 or "" in instances:
            note = "taken back to back: its volumes are not attached to one instance"
            self._back_to_back(lead, missing, note)
        else:
            self._together(lead, next(iter(instances)), missing)

    def _together(self, lead: Point, instance: str, points: Sequence[Point]) -> None:
        members = {point.volume_id for point in points}
        exclude = sorted(set(self.snapshots.data_volumes(instance)) - members)
        if len(exclude) > EXCLUSION_LIMIT:
            note = (
                f"taken back to back: {instance} has {len(exclude)} other volumes, "
                f"and CreateSnapshots excludes at most {EXCLUSION_LIMIT}"
            )
            self._back_to_back(lead, points, note)
            return
        try:
            created = self._create_group(lead, instance, exclude)
        except GroupRefused as error:
            if not self.may_fall_back:
                raise
            self._back_to_back(lead, points, f"taken back to back: {error.reason}")
            return
        self._write([(point, created[point.volume_id]) for point in points if point.volume_id in created])
        rest = [point for point in points if point.volume_id not in created]
        self.later(rest, f"CreateSnapshots of {instance} left its volume out")

    def _create_group(self, lead: Point, instance: str, exclude: Sequence[str]) -> dict[str, Snapshot]:
        """CreateSnapshots of the instance's other data volumes; the snapshots by volume id."""
        description = f"Snapkeep {lead.policy}: group {lead.group} of {lead.claim.cluster}"
        try:
            created = self.snapshots.create_group(instance, exclude, tags.identity_tags(lead), description)
        except Throttled:
            self.journal.withdraw_intent(lead, self.owner)
            raise
        return {snapshot.volume_id: snapshot for snapshot in created}

    def _back_to_back(self, lead: Point, points: Sequence[Point], note: str) -> None:
        """One create after the other; each is journaled at once, the lead last, so that a retry knows."""
        for point in points:
            try:
                snapshot = self.snapshots.create(
                    point.volume_id, tags.full_tags(point), description_of(point)
                )
            except Throttled:
                self.journal.withdraw_intent(lead, self.owner)
                raise
            except PermanentError as error:
                self.fail(point, error.reason)
                continue
            self._write([(point, snapshot)], note)

    def _write(self, pairs: Sequence[tuple[Point, Snapshot]], note: str = "") -> None:
        """Journal these members at once, then complete the tags that a group call cannot set."""
        if not pairs:
            return
        creations = [
            Creation(point.id, snapshot.id, snapshot.started_at, snapshot.size_bytes, note)
            for point, snapshot in pairs
        ]
        self.journal.write_created(pairs[0][0].run, creations)
        self.created.extend(point.id for point, _ in pairs)
        for point, snapshot in pairs:
            self._complete_tags(point, snapshot)

    def _complete_tags(self, point: Point, snapshot: Snapshot) -> None:
        """What fails here is done again when the snapshot completes: the backup itself is taken."""
        missing = tags.missing_tags(snapshot.tags, point)
        try:
            if missing:
                self.snapshots.add_tags(snapshot.id, missing)
        except SnapkeepError as error:
            log.warning("the tags of %s are not complete yet: %s", snapshot.id, error.reason)
