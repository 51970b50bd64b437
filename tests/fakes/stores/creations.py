"""How points get their snapshots, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.backup.creation import READ_SPACING
from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Method
from snapkeep.ports.points import Creation
from tests.fakes.faults import Faults
from tests.fakes.stores.leases import Leases
from tests.fakes.stores.points import MemoryPoints, created

UNBORN = (PointState.PLANNED, PointState.CREATING)


class MemoryCreations(Faults):
    """The Creations port in dicts; every method is one atomic step."""

    def __init__(self, points: MemoryPoints, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._points = points
        self._leases = Leases()

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        self._before("lease")
        known = self._points.known(point)
        if not self._leases.take((point.run, point.id), owner, until, now):
            return None
        self._after("lease")
        return known

    def release(self, point: Point, owner: str) -> None:
        self._before("release")
        if self._leases.is_held((point.run, point.id), owner):
            self._leases.end((point.run, point.id))

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        self._before("write_intent")
        known = self._held(point, owner)
        known = replace(known, nonce=known.nonce or nonce)
        written = self._points.put(
            replace(known, state=PointState.CREATING, intent_at=now, empty_reads=0, last_read_at=None)
        )
        self._after("write_intent")
        return written

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        self._before("withdraw_intent")
        written = self._points.put(_planned(self._held(point, owner)))
        self._after("withdraw_intent")
        return written

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        self._before("write_empty_read")
        known = self._held(point, owner)
        if known.last_read_at is None or now - known.last_read_at >= READ_SPACING:
            known = self._points.put(replace(known, empty_reads=known.empty_reads + 1, last_read_at=now))
        self._after("write_empty_read")
        return known

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        self._before("write_created")
        unknown = [c.point_id for c in creations if (run_id, c.point_id) not in self._points.all]
        if unknown:
            raise NotFound(f"run {run_id} has no points {', '.join(unknown)}")
        for creation in creations:
            known = self._points.all[run_id, creation.point_id]
            if not known.snapshot_id and not known.state.is_final:
                self._points.put(created(known, creation))
        self._after("write_created")

    def replan(self, point: Point, reason: str) -> None:
        self._before("replan")
        known = self._points.known(point)
        if known.method is Method.EBS:
            return
        if known.snapshot_id or known.state.is_final:
            raise TemporaryError(f"point {point.id} already has a snapshot and is not planned again")
        self._points.put(_planned(replace(known, method=Method.EBS, method_reason=reason, fell_back=True)))
        self._after("replan")

    def _held(self, point: Point, owner: str) -> Point:
        known = self._points.known(point)
        if not self._leases.is_held((point.run, point.id), owner) or known.state not in UNBORN:
            raise TemporaryError(f"{owner} lost the lease of point {point.id}")
        return known


def _planned(point: Point) -> Point:
    return replace(point, state=PointState.PLANNED, intent_at=None, empty_reads=0, last_read_at=None)
