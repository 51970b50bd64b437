"""The records that limit a point to one snapshot, in the journal's table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import point_of
from snapkeep.adapters.dynamodb.point_items import FORGET_INTENT, HELD, STATES, WITHOUT_SNAPSHOT, PointItems
from snapkeep.adapters.dynamodb.runs import FREE, LEASE
from snapkeep.adapters.dynamodb.table import ATTEMPTS, EXISTS, WRITE_BATCH, Contended, Refused, Table
from snapkeep.domain.backup.creation import READ_SPACING
from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.ports.points import Creation


class DynamoCreations:
    """Implements the Creations port: every step is one conditional write."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._items = PointItems(table)

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        """Take the lease of a lead point; returns the current point, or None if another owner holds the
        lease.
        """
        values = {"owner": owner, "until": precise(until), "now": precise(now)}
        try:
            return self._items.update(point, LEASE, f"{EXISTS} AND {FREE}", values)
        except Refused:
            self._items.known(point)
            return None

    def release(self, point: Point, owner: str) -> None:
        """Release the lease of a lead point, if it is still held."""
        try:
            self._items.update(
                point, "REMOVE #lease_owner, #lease_until", "#lease_owner = :owner", {"owner": owner}
            )
        except Refused:
            return

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        """Journal that a create is about to be called. Raises TemporaryError when the lease was lost.

        The first journaled nonce stays.
        """
        change = "SET #state = :creating, #intent_at = :now, #empty_reads = :zero"
        values: dict[str, Any] = {"now": precise(now), "zero": 0}
        if nonce:
            change += ", #nonce = if_not_exists(#nonce, :nonce)"
            values["nonce"] = nonce
        return self._held_update(point, owner, f"{change} REMOVE #last_read_at", values)

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        change = f"SET #state = :planned, #empty_reads = :zero {FORGET_INTENT}"
        return self._held_update(point, owner, change, {"zero": 0})

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        """Journal that a search found nothing; one too soon after the last does not count."""
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
            return self._items.update(point, change, f"{HELD} AND {spaced}", values)
        except Refused:
            item = self._items.known(point)
            if item.get("lease_owner") != owner or item["state"] not in ("planned", "creating"):
                raise _lost(point, owner) from None
            return self._table.read(item, point_of)

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        """Journal the snapshots of points, all or none; a point that has a snapshot or is final stays as it
        is.

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

    def replan(self, point: Point, reason: str) -> None:
        """Turn an unfinished csi point into a planned ebs point; an ebs point stays as it is.

        Raises TemporaryError when it already has a snapshot.
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
            self._items.update(point, change, f"#method = :csi AND {WITHOUT_SNAPSHOT}", values)
        except Refused:
            if self._items.known(point)["method"] != Method.EBS:
                raise TemporaryError(
                    f"point {point.id} already has a snapshot and is not planned again"
                ) from None

    def _held_update(self, point: Point, owner: str, change: str, values: dict[str, Any]) -> Point:
        states = {"planned": PointState.PLANNED.value, "creating": PointState.CREATING.value}
        try:
            return self._items.update(point, change, HELD, {**values, **states, "owner": owner})
        except Refused:
            self._items.known(point)
            raise _lost(point, owner) from None

    def _without_snapshot(self, run_id: str, creations: Sequence[Creation]) -> list[Creation]:
        found = self._items.get(run_id, [creation.point_id for creation in creations])
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


def _lost(point: Point, owner: str) -> TemporaryError:
    return TemporaryError(f"{owner} lost the lease of point {point.id}")
