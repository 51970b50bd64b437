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
    """What a create call gave for one point.

    `snapshot_id` is empty for a VolumeSnapshot whose EBS snapshot is not known yet; `driver_mark` is then by
    which tag it will be known, if it comes without tags of ours. `note`, when given, becomes the point's
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
    """Recovery points: what they are, and how they end."""

    def add_points(self, points: Sequence[Point]) -> None:
        """Write points that are not there yet; those that are stay untouched."""

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        """These points of a run, in the order asked; unknown ids are left out."""

    def points_of(self, run_id: str) -> Iterator[Point]:
        """All points of a run."""

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        """At most `limit` points of a run in the order of their ids, those after an id."""

    def find_point(self, point_id: str) -> Point | None:
        """A point by its id alone (a lagging index: a point of the last seconds may be missing)."""

    def point_marked(self, mark: str) -> Point | None:
        """The point whose snapshot a driver marks so, without tags of ours; None when no point of ours is."""

    def write_end(self, point: Point, now: datetime) -> bool:
        """Journal that EC2 told of the end of a point's snapshot, which its describes do not show yet.

        True the first time; False when it was told before, or the point is final.
        """

    def finish(self, point: Point, outcome: Outcome) -> bool:
        """Move a point to ready or failed and count it in its run, at once.

        Returns False, and nothing changes, when the point was final already or has another snapshot
        than the outcome's: the first id wins.
        """

    def revive(self, point: Point, creation: Creation) -> bool:
        """Give a failed point without a snapshot this one: it is pending again, and no failure of its run.

        A run that is closed already counts it as late and is open again. False, and nothing changes, when
        the point is not failed or has a snapshot.
        """

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        """Let a ready point have another snapshot than the one that `point` names.

        Nothing changes when it has that one already. Raises TemporaryError when it is not ready, or has a
        third one by now.
        """

    def write_withdrawn(self, point: Point) -> None:
        """Journal that the point's VolumeSnapshot is gone with nothing cut for it."""


class Creations(Protocol):
    """What keeps a point to one snapshot, whatever crashes: its lease, and intent and outcome of a create."""

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        """Take the lease of a lead point; returns it as it stands, None when somebody else holds it."""

    def release(self, point: Point, owner: str) -> None:
        """Give the lease of a lead point back."""

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        """Journal that a create is about to be called. Raises TemporaryError when the lease was lost.

        `nonce` becomes the point's, unless it has one: what was made by it must be found again.
        """

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        """Journal that the create was certainly refused: the point is planned again."""

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        """Journal that a look for the created snapshot found nothing."""

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        """Journal the snapshots of points, all or none: they are pending from now on.

        A point that has a snapshot id already, or is final, stays as it is. A pending point without
        one (its VolumeSnapshot was created) takes the id.
        """

    def replan(self, point: Point, reason: str) -> None:
        """Turn an unfinished csi point into a planned ebs point, with the reason."""
