"""In-memory recovery points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.ports.points import Creation, Outcome
from tests.fakes.faults import Faults
from tests.fakes.stores.runs import MemoryRuns


class MemoryPoints(Faults):
    """The Points port in dicts; every method is one atomic step."""

    def __init__(self, runs: MemoryRuns, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._runs = runs
        self.all: dict[tuple[str, str], Point] = {}

    def add_points(self, points: Sequence[Point]) -> None:
        self._before("add_points")
        for point in points:
            self.all.setdefault((point.run, point.id), point)
        self._after("add_points")

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        self._before("points")
        return [self.all[run_id, name] for name in ids if (run_id, name) in self.all]

    def points_of(self, run_id: str) -> Iterator[Point]:
        self._before("points_of")
        found = [point for point in self.all.values() if point.run == run_id]
        yield from sorted(found, key=lambda point: point.id)

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        self._before("page_of_points")
        found = [point for point in self.all.values() if point.run == run_id and point.id > after]
        return sorted(found, key=lambda point: point.id)[:limit]

    def find_point(self, point_id: str) -> Point | None:
        self._before("find_point")
        return next((point for point in self.all.values() if point.id == point_id), None)

    def point_marked(self, mark: str) -> Point | None:
        self._before("point_marked")
        return next((point for point in self.all.values() if point.driver_mark == mark), None)

    def write_end(self, point: Point, now: datetime) -> bool:
        self._before("write_end")
        known = self.known(point)
        if known.ended_at is not None or known.state.is_final:
            return False
        self.put(replace(known, ended_at=now))
        self._after("write_end")
        return True

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        self._before("replace_snapshot")
        known = self.known(point)
        if known.state is not PointState.READY or known.snapshot_id not in (point.snapshot_id, by.id):
            raise TemporaryError(f"point {point.id} changed meanwhile and keeps its snapshot")
        self.put(replace(known, snapshot_id=by.id, started_at=by.started_at, size_bytes=by.size_bytes))
        self._after("replace_snapshot")

    def finish(self, point: Point, outcome: Outcome) -> bool:
        self._before("finish")
        known = self.all.get((point.run, point.id))
        if known is None or known.state.is_final or _is_of_another(known, outcome):
            return False
        self.put(_finished(known, outcome))
        run = self._runs.all[point.run]
        ready = outcome.state is PointState.READY
        self._runs.all[run.id] = replace(run, ready=run.ready + ready, failed=run.failed + (not ready))
        self._after("finish")
        return True

    def revive(self, point: Point, creation: Creation) -> bool:
        self._before("revive")
        known = self.known(point)
        if known.state is not PointState.FAILED or known.snapshot_id:
            return False
        self.put(replace(created(known, creation), reason=""))
        run = self._runs.all[point.run]
        late = run.late + 1 if run.state.is_final else run.late
        self._runs.all[run.id] = replace(run, failed=run.failed - 1, late=late)
        self._after("revive")
        return True

    def write_withdrawn(self, point: Point) -> None:
        self._before("write_withdrawn")
        self.put(replace(self.known(point), withdrawn=True))
        self._after("write_withdrawn")

    def put(self, point: Point) -> Point:
        """Write it, whatever is there."""
        self.all[point.run, point.id] = point
        return point

    def known(self, point: Point) -> Point:
        """The stored point; raises NotFound."""
        known = self.all.get((point.run, point.id))
        if known is None:
            raise NotFound(f"run {point.run} has no point {point.id}")
        return known


def created(point: Point, creation: Creation) -> Point:
    """The point with the result of its create call."""
    return replace(
        point,
        state=PointState.PENDING,
        snapshot_id=creation.snapshot_id,
        started_at=creation.started_at,
        size_bytes=creation.size_bytes,
        method_reason=creation.note or point.method_reason,
        driver_mark=creation.driver_mark or point.driver_mark,
    )


def _is_of_another(point: Point, outcome: Outcome) -> bool:
    """True if the outcome is about a snapshot that is not the point's: the first id wins."""
    return bool(point.snapshot_id and outcome.snapshot_id and point.snapshot_id != outcome.snapshot_id)


def _finished(point: Point, outcome: Outcome) -> Point:
    return replace(
        point,
        state=outcome.state,
        reason=outcome.reason,
        snapshot_id=outcome.snapshot_id or point.snapshot_id,
        size_bytes=outcome.size_bytes or point.size_bytes,
    )
