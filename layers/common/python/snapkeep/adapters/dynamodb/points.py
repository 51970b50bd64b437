"""Points in the journal's table: every transition is one conditional write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import point_item, point_of
from snapkeep.adapters.dynamodb.runs import FREE, LEASE
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
from snapkeep.domain.backup.creation import READ_SPACING
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.domain.policies import Method
from snapkeep.domain.times import precise
from snapkeep.ports import Creation, Outcome

STATES = {state.value: state.value for state in (PointState.PLANNED, PointState.CREATING, PointState.PENDING)}

HELD = "#lease_owner = :owner AND #state IN (:planned, :creating)"
OPEN = "attribute_exists(#pk) AND #state IN (:planned, :creating, :pending)"
WITHOUT_SNAPSHOT = f"{OPEN} AND attribute_not_exists(#snapshot_id)"
FORGET_INTENT = "REMOVE #intent_at, #last_read_at"


class PointRecords:
    """The half of the journal that knows points."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_points(self, points: Sequence[Point]) -> None:
        """Write points that are not there yet; those that are stay untouched."""
        for some in chunks(points, WRITE_BATCH):
            puts = [("Put", self._table.put_statement(point_item(point), IS_NEW, {})) for point in some]
            try:
                self._table.write_all(puts)
            except Refused:
                self._add_one_by_one(some)

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        """These points of a run as they stand, in the order asked; unknown ids are left out."""
        found = self._points(run_id, ids)
        return [found[point_id] for point_id in ids if point_id in found]

    def points_of(self, run_id: str) -> Iterator[Point]:
        """All points of a run, page by page."""
        values = {"run": schema.run_key(run_id)[schema.PK], "point": schema.POINT_PREFIX}
        found = self._table.query("#pk = :run AND begins_with(#sk, :point)", values)
        yield from self._table.read_each(found, point_of)

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        """At most `limit` points of a run in the order of their ids, those after an id, in one call."""
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
        """A point by its id alone; the index lags, so one of the last seconds may be missing."""
        for entry in self._table.query("#point_id = :id", {"id": point_id}, schema.POINTS_INDEX):
            item = self._table.get(key_of(entry))
            if item:
                return self._table.read(item, point_of)
        return None

    def point_marked(self, mark: str) -> Point | None:
        """The point whose snapshot a driver marks so, however fresh."""
        entry = self._table.get(schema.mark_key(mark))
        item = self._table.get(schema.point_key(entry["run"], entry["point"])) if entry else None
        return self._table.read(item, point_of) if item else None

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        """Take the lease of a lead point; returns it as it stands, None when somebody else holds it."""
        values = {"owner": owner, "until": precise(until), "now": precise(now)}
        try:
            return self._update(point, LEASE, f"{EXISTS} AND {FREE}", values)
        except Refused:
            self._known(point)
            return None

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        """Journal that a create is about to be called. Raises TemporaryError when the lease was lost.

        A nonce stays what it was journaled as first.
        """
        change = "SET #state = :creating, #intent_at = :now, #empty_reads = :zero"
        values: dict[str, Any] = {"now": precise(now), "zero": 0}
        if nonce:
            change += ", #nonce = if_not_exists(#nonce, :nonce)"
            values["nonce"] = nonce
        return self._held_update(point, owner, f"{change} REMOVE #last_read_at", values)

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        """Journal that the create was certainly refused: the point is planned again."""
        change = f"SET #state = :planned, #empty_reads = :zero {FORGET_INTENT}"
        return self._held_update(point, owner, change, {"zero": 0})

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        """Journal that a look found nothing; one too close to the last look does not count."""
        values = {
            "owner": owner,
            "one": 1,
            "now": precise(now),
            "latest": precise(now - READ_SPACING),
            "planned": PointState.PLANNED.value,
            "creating": PointState.CREATING.value,
        }
        spaced = "(attribute_not_exists(#last_read_at) OR #last_read_at <= :latest)"
        change = "SET #empty_reads = #empty_reads + :one, #last_read_at = :now"
        try:
            return self._update(point, change, f"{HELD} AND {spaced}", values)
        except Refused:
            item = self._known(point)
            if item.get("lease_owner") != owner or item["state"] not in ("planned", "creating"):
                raise _lost(point, owner) from None
            return self._table.read(item, point_of)

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        """Journal the snapshots of points, all or none; what has a snapshot or is final stays as it is.

        Raises NotFound naming points that the run does not have.
        """
        if len(creations) > WRITE_BATCH:
            raise PermanentError(f"{len(creations)} snapshots at once; the journal takes {WRITE_BATCH}")
        for attempt in range(ATTEMPTS):
            missing = self._without_snapshot(run_id, creations)
            if not missing:
                return
            try:
                marks = [("Put", self._marked(run_id, item)) for item in missing if item.driver_mark]
                self._table.write_all([("Update", self._created(run_id, item)) for item in missing] + marks)
                return
            except Refused:
                self._table.pause(attempt)
        raise Contended(f"run {run_id}")

    def write_end(self, point: Point, now: datetime) -> bool:
        """Journal that EC2 told of the end of a point's snapshot; True the first time, while it is open."""
        change, condition = "SET #ended_at = :now", f"{OPEN} AND attribute_not_exists(#ended_at)"
        try:
            self._update(point, change, condition, STATES | {"now": precise(now)})
            return True
        except Refused:
            return False

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        """Let a ready point have another snapshot than the one that `point` names.

        Raises TemporaryError when it is not ready, or has a third one by now.
        """
        change = "SET #snapshot_id = :by, #started_at = :started, #size_bytes = :size"
        values = {"by": by.id, "started": precise(by.started_at), "size": by.size_bytes}
        known = {"known": point.snapshot_id, "ready": PointState.READY.value}
        condition = "#state = :ready AND #snapshot_id IN (:known, :by)"
        try:
            self._update(point, change, condition, values | known)
        except Refused:
            raise TemporaryError(f"point {point.id} changed meanwhile and keeps its snapshot") from None

    def replan(self, point: Point, reason: str) -> None:
        """Turn an unfinished csi point into a planned ebs point; one that is ebs stays as it is.

        Raises TemporaryError when it has a snapshot by now.
        """
        change = (
            "SET #method = :ebs, #method_reason = :reason, #state = :planned, #empty_reads = :zero, "
            f"#fell_back = :true {FORGET_INTENT}"
        )
        values = {
            **STATES,
            "ebs": Method.EBS.value,
            "csi": Method.CSI.value,
            "reason": reason,
            "zero": 0,
            "true": True,
        }
        try:
            self._update(point, change, f"#method = :csi AND {WITHOUT_SNAPSHOT}", values)
        except Refused:
            if self._known(point)["method"] != Method.EBS:
                raise TemporaryError(
                    f"point {point.id} has a snapshot by now and is not planned again"
                ) from None

    def release(self, point: Point, owner: str) -> None:
        """Give the lease of a lead point back, if it is still held."""
        try:
            self._update(
                point, "REMOVE #lease_owner, #lease_until", "#lease_owner = :owner", {"owner": owner}
            )
        except Refused:
            return

    def finish(self, point: Point, outcome: Outcome) -> bool:
        """Move a point to ready or failed and count it in its run, in one transaction.

        False when it was final already or has another snapshot than the outcome's.
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
        """Give a failed point without a snapshot this one, and take it off its run's failures, at once.

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
        """Journal that the point's VolumeSnapshot is gone with nothing cut for it."""
        self._update(point, "SET #withdrawn = :true", EXISTS, {"true": True})

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

    def _points(self, run_id: str, ids: Sequence[str]) -> dict[str, Point]:
        keys = [schema.point_key(run_id, point_id) for point_id in dict.fromkeys(ids)]
        found = self._table.read_each(self._table.get_many(keys), point_of)
        return {point.id: point for point in found}

    def _update(self, point: Point, change: str, condition: str, values: dict[str, Any]) -> Point:
        key = schema.point_key(point.run, point.id)
        return self._table.read(self._table.update(key, change, condition, values), point_of)

    def _held_update(self, point: Point, owner: str, change: str, values: dict[str, Any]) -> Point:
        states = {"planned": PointState.PLANNED.value, "creating": PointState.CREATING.value}
        try:
            return self._update(point, change, HELD, {**values, **states, "owner": owner})
        except Refused:
            self._known(point)
            raise _lost(point, owner) from None

    def _known(self, point: Point) -> dict[str, Any]:
        item = self._table.get(schema.point_key(point.run, point.id))
        if item is None:
            raise NotFound(f"run {point.run} has no point {point.id}")
        return item

    def _without_snapshot(self, run_id: str, creations: Sequence[Creation]) -> list[Creation]:
        found = self._points(run_id, [creation.point_id for creation in creations])
        unknown = [creation.point_id for creation in creations if creation.point_id not in found]
        if unknown:
            raise NotFound(f"run {run_id} has no points {', '.join(unknown)}")
        known = [(found[creation.point_id], creation) for creation in creations]
        return [item for point, item in known if not point.snapshot_id and not point.state.is_final]

    def _created(self, run_id: str, creation: Creation) -> dict[str, Any]:
        given: dict[str, Any] = {
            "snapshot_id": creation.snapshot_id,
            "started_at": precise(creation.started_at) if creation.started_at else "",
            "size_bytes": creation.size_bytes,
            "method_reason": creation.note,
            "driver_mark": creation.driver_mark,
        }
        values = {name: value for name, value in given.items() if value}
        change = "SET #state = :pending" + "".join(f", #{name} = :{name}" for name in values)
        key = schema.point_key(run_id, creation.point_id)
        return self._table.update_statement(key, change, WITHOUT_SNAPSHOT, values | STATES)

    def _marked(self, run_id: str, creation: Creation) -> dict[str, Any]:
        item = schema.mark_key(creation.driver_mark) | {"run": run_id, "point": creation.point_id}
        expires = {schema.EXPIRES_AT: schema.expiry(creation.started_at)} if creation.started_at else {}
        return self._table.put_statement({**item, **expires}, "", {})

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
        """True when the refusal was for good: gone, final, or with another snapshot."""
        item = self._table.get(schema.point_key(point.run, point.id))
        if item is None:
            return True
        known = self._table.read(item, point_of)
        another = bool(outcome.snapshot_id and known.snapshot_id not in ("", outcome.snapshot_id))
        return known.state.is_final or another


def _lost(point: Point, owner: str) -> TemporaryError:
    return TemporaryError(f"{owner} lost the lease of point {point.id}")
