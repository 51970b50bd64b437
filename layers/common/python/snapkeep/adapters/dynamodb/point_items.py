"""The items of points, shared by the two stores that write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import point_of
from snapkeep.domain.errors import NotFound
from snapkeep.domain.points import Point, PointState

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.table import Table

STATES = {state.value: state.value for state in (PointState.PLANNED, PointState.CREATING, PointState.PENDING)}

HELD = "#lease_owner = :owner AND #state IN (:planned, :creating)"
OPEN = "attribute_exists(#pk) AND #state IN (:planned, :creating, :pending)"
WITHOUT_SNAPSHOT = f"{OPEN} AND attribute_not_exists(#snapshot_id)"
FORGET_INTENT = "REMOVE #intent_at, #last_read_at"


class PointItems:
    """Reads and changes points one by one, each change with its condition."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, run_id: str, ids: Sequence[str]) -> dict[str, Point]:
        """These points of a run by id; missing ones are omitted."""
        keys = [schema.point_key(run_id, point_id) for point_id in dict.fromkeys(ids)]
        found = self._table.read_each(self._table.get_many(keys), point_of)
        return {point.id: point for point in found}

    def update(self, point: Point, change: str, condition: str, values: dict[str, Any]) -> Point:
        """Change a point and return it. Raises Refused when the condition does not hold."""
        key = schema.point_key(point.run, point.id)
        return self._table.read(self._table.update(key, change, condition, values), point_of)

    def known(self, point: Point) -> dict[str, Any]:
        """The item of a point; raises NotFound."""
        item = self._table.get(schema.point_key(point.run, point.id))
        if item is None:
            raise NotFound(f"run {point.run} has no point {point.id}")
        return item
