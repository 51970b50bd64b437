"""Points in the journal's table: every transition is one conditional write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import point_item, point_of
from snapkeep.adapters.dynamodb.point_items import OPEN, STATES, PointItems
from snapkeep.adapters.dynamodb.table import (
    ATTEMPTS,
    EXISTS,
    IS_NEW,
    WRITE_BATCH,
    Contended,
    Refused,
    Table,
    key_of,
)
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.ports.points import Creation, Outcome


class DynamoPoints:
    """Implements the Points port."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._items = PointItems(table)

    def add_points(self, points: Sequence[Point]) -> None:
        for some in chunks(points, WRITE_BATCH):
            puts = [("Put", self._table.put_statement(point_item(point), IS_NEW, {})) for point in some]
            try:
                self._table.write_all(puts)
            except Refused:
                self._add_one_by_one(some)

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        """These points of a run as they stand, in the order requested; unknown ids are omitted."""
        found = self._items.get(run_id, ids)
        return [found[point_id] for point_id in ids if point_id in found]

    def points_of(self, run_id: str) -> Iterator[Point]:
        """All points of a run, page by page."""
        values = {"run": schema.run_key(run_id)[schema.PK], "point": schema.POINT_PREFIX}
        found = self._table.query("#pk = :run AND begins_with(#sk, :point)", values)
        yield from self._table.read_each(found, point_of)

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        """At most `limit` points of a run in the order of their ids, after the id `after`, in one call."""
        values = {
            "run": schema.run_key(run_id)[schema.PK],
            "first": f"{schema.POINT_PREFIX}{after}-",
            "last": f"{schema.POINT_PREFIX}~",
        }
        if not after:
            values["first"] = schema.POINT_PREFIX
        found = self._table.query("#pk = :run AND #sk BETWEEN :first AND :last", values, limit=limit)
        return [self._table.read(item, point_of) for item in islice(found, limit)]

    def find_point(self, point_id: str) -> Point | None:
        """A point by its id alone; the index lags, so one written seconds ago may be missing."""
        for entry in self._table.query("#point_id = :id", {"id": point_id}, schema.POINTS_INDEX):
            item = self._table.get(key_of(entry))
            if item:
                return self._table.read(item, point_of)
        return None

    def point_marked(self, mark: str) -> Point | None:
        """The point whose snapshot carries this driver mark, however new."""
        entry = self._table.get(schema.mark_key(mark))
        item = self._table.get(schema.point_key(entry["run"], entry["point"])) if entry else None
        return self._table.read(item, point_of) if item else None

    def write_end(self, point: Point, now: datetime) -> bool:
        """Journal that an EC2 event reported the end of a point's snapshot; True the first time, while the
        point is open."""
        change, condition = "SET #ended_at = :now", f"{OPEN} AND attribute_not_exists(#ended_at)"
        try:
            self._items.update(point, change, condition, STATES | {"now": precise(now)})
            return True
        except Refused:
            return False

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        """Replace the snapshot of a ready point, which `point` names, by another.

        Raises TemporaryError when it is not ready, or now has a third one.
        """
        change = "SET #snapshot_id = :by, #started_at = :started, #size_bytes = :size"
        values = {"by": by.id, "started": precise(by.started_at), "size": by.size_bytes}
        known = {"known": point.snapshot_id, "ready": PointState.READY.value}
        condition = "#state = :ready AND #snapshot_id IN (:known, :by)"
        try:
            self._items.update(point, change, condition, values | known)
        except Refused:
            raise TemporaryError(f"point {point.id} changed meanwhile and keeps its snapshot") from None

    def finish(self, point: Point, outcome: Outcome) -> bool:
        """Move a point to ready or failed and count it in its run, in one transaction.

        False when it was already final or has another snapshot than the outcome's.
        """
        statements = [("Update", self._finished(point, outcome)), ("Update", self._counted(point, outcome))]
        for attempt in range(ATTEMPTS):
            try:
                self._table.write_all(statements)
                return True
            except Refused:
                if self._is_settled(point, outcome):
                    return False
                self._table.pause(attempt)
        raise Contended(f"run {point.run}")

    def revive(self, point: Point, creation: Creation) -> bool:
        """Give this snapshot to a failed point without one, and subtract it from its run's failures,
        atomically.

        False when it is not failed or has a snapshot.
        """
        for attempt in range(ATTEMPTS):
            run = self._table.get(schema.run_key(point.run))
            if run is None:
                return False
            try:
                self._table.write_all(
                    [
                        ("Update", self._revived(point.run, creation)),
                        ("Update", self._uncounted(point.run, RunState(run["state"]))),
                    ]
                )
                return True
            except Refused:
                known = self.points(point.run, [point.id])
                if not known or known[0].state is not PointState.FAILED or known[0].snapshot_id:
                    return False
                self._table.pause(attempt)
        raise Contended(f"run {point.run}")

    def write_withdrawn(self, point: Point) -> None:
        self._items.update(point, "SET #withdrawn = :true", EXISTS, {"true": True})

    def _revived(self, run_id: str, creation: Creation) -> dict[str, Any]:
        values = {
            "failed": PointState.FAILED.value,
            "pending": PointState.PENDING.value,
            "snapshot_id": creation.snapshot_id,
            "started_at": precise(creation.started_at) if creation.started_at else "",
            "size_bytes": creation.size_bytes,
        }
        change = (
            "SET #state = :pending, #snapshot_id = :snapshot_id, #started_at = :started_at, "
            f"#size_bytes = :size_bytes REMOVE #reason, #{schema.EXPIRES_AT}"
        )
        condition = "#state = :failed AND attribute_not_exists(#snapshot_id)"
        key = schema.point_key(run_id, creation.point_id)
        return self._table.update_statement(key, change, condition, values)

    def _uncounted(self, run_id: str, state: RunState) -> dict[str, Any]:
        change, values = "SET #failed = #failed - :one", {"one": 1, "state": state.value}
        if state.is_final:
            change += ", #late = if_not_exists(#late, :none) + :one, #open = :yes"
            values |= {"none": 0, "yes": "yes"}
        return self._table.update_statement(schema.run_key(run_id), change, "#state = :state", values)

    def _add_one_by_one(self, points: Sequence[Point]) -> None:
        for point in points:
            try:
                self._table.put(point_item(point), IS_NEW)
            except Refused:
                continue

    def _finished(self, point: Point, outcome: Outcome) -> dict[str, Any]:
        given: dict[str, Any] = {
            "reason": outcome.reason,
            "snapshot_id": outcome.snapshot_id,
            "size_bytes": outcome.size_bytes,
        }
        values = {name: value for name, value in given.items() if value}
        change = "SET #state = :state, #expires_at = :expires"
        change += "".join(f", #{name} = :{name}" for name in values)
        condition = OPEN
        if outcome.snapshot_id:
            condition += " AND (attribute_not_exists(#snapshot_id) OR #snapshot_id = :snapshot_id)"
        values |= STATES | {"state": outcome.state.value, "expires": schema.expiry(outcome.at)}
        return self._table.update_statement(schema.point_key(point.run, point.id), change, condition, values)

    def _counted(self, point: Point, outcome: Outcome) -> dict[str, Any]:
        counter = "#ready" if outcome.state is PointState.READY else "#failed"
        change = f"SET {counter} = {counter} + :one"
        return self._table.update_statement(schema.run_key(point.run), change, EXISTS, {"one": 1})

    def _is_settled(self, point: Point, outcome: Outcome) -> bool:
        """True when the refusal is permanent: the point is gone, final, or has another snapshot."""
        item = self._table.get(schema.point_key(point.run, point.id))
        if item is None:
            return True
        known = self._table.read(item, point_of)
        another = bool(outcome.snapshot_id and known.snapshot_id not in ("", outcome.snapshot_id))
        return known.state.is_final or another
