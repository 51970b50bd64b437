"""The stores of recovery points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.points import Point, PointState, Snapshot


@dataclass(frozen=True, slots=True)
class Creation:
    """The result of a create call for one point.

    `snapshot_id` is empty for a VolumeSnapshot whose EBS snapshot is not known yet; `driver_mark` is then the
    tag value that will identify it if it comes without our tags. `note`, when given, becomes the point's
    `method_reason`.
    """

    point_id: str
    snapshot_id: str
    started_at: datetime | None = None
    size_bytes: int = 0
    note: str = ""
    driver_mark: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a point ended."""

    state: PointState
    at: datetime
    reason: str = ""
    snapshot_id: str = ""
    size_bytes: int = 0


class Points(Protocol):
    """The records of recovery points."""

    def add_points(self, points: Sequence[Point]) -> None:
        """Write new points; existing ones stay untouched."""

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        """These points of a run, in the order requested; unknown ids are omitted."""

    def points_of(self, run_id: str) -> Iterator[Point]:
        """All points of a run."""

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        """At most `limit` points of a run in the order of their ids, after the id `after`."""

    def find_point(self, point_id: str) -> Point | None:
        """A point by its id alone (a lagging index: a point written seconds ago may be missing)."""

    def point_marked(self, mark: str) -> Point | None:
        """The point whose snapshot carries this driver mark instead of our tags; None without one."""

    def write_end(self, point: Point, now: datetime) -> bool:
        """Journal that an EC2 event reported the end of a point's snapshot before describes showed it.

        True the first time; False when it was journaled before, or the point is final.
        """

    def finish(self, point: Point, outcome: Outcome) -> bool:
        """Move a point to ready or failed and count it in its run, atomically.

        Returns False, and changes nothing, when the point was already final or has another snapshot than the
        outcome's: the first id wins.
        """

    def revive(self, point: Point, creation: Creation) -> bool:
        """Give this snapshot to a failed point without one: it is pending again, and no longer a failure of
        its run.

        A closed run counts it as late and is open again. False, and nothing changes, when the point is not
        failed or has a snapshot.
        """

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        """Replace the snapshot of a ready point, which `point` names, by another.

        Nothing changes when it already has that one. Raises TemporaryError when it is not ready, or now has a
        third one.
        """

    def write_withdrawn(self, point: Point) -> None:
        """Journal that the point's VolumeSnapshot is gone and no snapshot was taken for it."""


class Creations(Protocol):
    """The records that limit a point to one snapshot despite crashes: lease, intent and outcome of a
    create."""

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        """Take the lease of a lead point; returns the current point, or None if somebody else holds the
        lease.
        """

    def release(self, point: Point, owner: str) -> None:
        """Release the lease of a lead point."""

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        """Journal that a create is about to be called. Raises TemporaryError when the lease was lost.

        `nonce` becomes the point's unless it already has one, because objects with that name must be found
        again.
        """

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        """Journal that the create was certainly refused: the point is planned again."""

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        """Journal that a search for the created snapshot found nothing."""

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        """Journal the snapshots of points, all or none: the points are then pending.

        A point that already has a snapshot id, or is final, stays as it is. A pending point without one (its
        VolumeSnapshot was created) gets the id.
        """

    def replan(self, point: Point, reason: str) -> None:
        """Turn an unfinished csi point into a planned ebs point, with the reason."""
