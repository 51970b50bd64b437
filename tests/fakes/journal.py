"""The journal in memory: the executable specification of what the journal promises."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from snapkeep.domain.backup.creation import counts_as_read
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.backup.slot_record import SlotRecord
from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.domain.policies import Method
from snapkeep.ports import Creation, Left, Outcome
from tests.fakes.catalogue import MemoryCatalogueRecords
from tests.fakes.nodes import MemoryIncidentRecords
from tests.fakes.prune_journal import MemoryPruneRecords
from tests.fakes.restores import MemoryHoldRecords, MemoryRestoreRecords
from tests.fakes.troubles import MemoryTroubleRecords

UNBORN = (PointState.PLANNED, PointState.CREATING)


@dataclass(frozen=True)
class Lease:
    """Who may work on something, and until when."""

    owner: str
    until: datetime

    def bars(self, owner: str, now: datetime) -> bool:
        """True when somebody else holds it still."""
        return self.owner != owner and self.until > now


class MemoryJournal(
    MemoryPruneRecords,
    MemoryRestoreRecords,
    MemoryHoldRecords,
    MemoryCatalogueRecords,
    MemoryIncidentRecords,
    MemoryTroubleRecords,
):
    """All state in dicts; every method is one atomic step."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: dict[str, Run] = {}
        self.all_points: dict[tuple[str, str], Point] = {}
        self.requests: dict[str, str] = {}
        self._left: dict[str, tuple[Left, ...]] = {}
        self._leases: dict[tuple[str, str], Lease] = {}
        self._slot_records: dict[tuple[str, str], SlotRecord] = {}
        self._slot_records_lock = Lock()
        self._first_seen: dict[tuple[str, str], datetime] = {}

    def open_run(self, run: Run, owner: str, until: datetime, now: datetime) -> Run | None:
        self._before("open_run")
        known = self.runs.setdefault(run.id, run)
        if known.state is RunState.PLANNING:
            if self._is_barred((run.id, ""), owner, now):
                return None
            self._leases[run.id, ""] = Lease(owner, until)
        self._after("open_run")
        return known

    def accept_run(self, run: Run, request_id: str) -> Run | None:
        self._before("accept_run")
        if request_id in self.requests:
            return self.runs.get(self.requests[request_id])
        if run.id in self.runs:
            return None
        self.runs[run.id] = run
        self.requests[request_id] = run.id
        self._after("accept_run")
        return run

    def requested_run(self, request_id: str) -> Run | None:
        self._before("requested_run")
        return self.runs.get(self.requests.get(request_id, ""))

    def add_points(self, points: Sequence[Point]) -> None:
        self._before("add_points")
        for point in points:
            self.all_points.setdefault((point.run, point.id), point)
        self._after("add_points")

    def add_left(self, run_id: str, left: Sequence[Left]) -> None:
        self._before("add_left")
        self._left[run_id] = tuple(left)
        self._after("add_left")

    def left(self, run_id: str) -> Sequence[Left]:
        self._before("left")
        return self._left.get(run_id, ())

    def start_run(self, run: Run) -> None:
        self._before("start_run")
        known = self.runs.get(run.id)
        if known and known.state is RunState.PLANNING:
            self.runs[run.id] = replace(
                known,
                state=RunState.RUNNING,
                total=run.total,
                degraded=run.degraded,
                left=dict(run.left),
                ends_untold=run.ends_untold,
            )
            self._leases.pop((run.id, ""), None)
        self._after("start_run")

    def run(self, run_id: str) -> Run | None:
        self._before("run")
        return self.runs.get(run_id)

    def known_runs(self, run_ids: Collection[str]) -> Collection[str]:
        self._before("known_runs")
        return {run_id for run_id in run_ids if run_id in self.runs}

    def open_runs(self) -> Iterator[Run]:
        self._before("open_runs")
        yield from [run for run in self.runs.values() if not run.announced or run.late]

    def runs_of(self, cluster: str, policy: str, since: datetime) -> Iterator[Run]:
        self._before("runs_of")
        found = [r for r in self.runs.values() if (r.cluster, r.policy) == (cluster, policy)]
        yield from sorted((run for run in found if run.slot >= since), key=lambda run: run.slot)

    def slot_record(self, cluster: str, policy: str) -> SlotRecord:
        self._before("slot_record")
        return self._slot_records.get((cluster, policy), SlotRecord(cluster, policy))

    def write_slot_record(self, record: SlotRecord) -> bool:
        self._before("write_slot_record")
        with self._slot_records_lock:
            known = self._slot_records.get((record.cluster, record.policy))
            if record.version != (known.version if known else 0):
                return False
            written = replace(record, version=record.version + 1)
            self._slot_records[record.cluster, record.policy] = written
        self._after("write_slot_record")
        return True

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        self._before("points")
        return [self.all_points[run_id, name] for name in ids if (run_id, name) in self.all_points]

    def points_of(self, run_id: str) -> Iterator[Point]:
        self._before("points_of")
        found = [point for point in self.all_points.values() if point.run == run_id]
        yield from sorted(found, key=lambda point: point.id)

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        self._before("page_of_points")
        found = [point for point in self.all_points.values() if point.run == run_id and point.id > after]
        return sorted(found, key=lambda point: point.id)[:limit]

    def find_point(self, point_id: str) -> Point | None:
        self._before("find_point")
        return next((point for point in self.all_points.values() if point.id == point_id), None)

    def point_marked(self, mark: str) -> Point | None:
        self._before("point_marked")
        return next((point for point in self.all_points.values() if point.driver_mark == mark), None)

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        self._before("lease")
        known = self._known(point)
        if self._is_barred((point.run, point.id), owner, now):
            return None
        self._leases[point.run, point.id] = Lease(owner, until)
        self._after("lease")
        return known

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        self._before("write_intent")
        known = self._held(point, owner)
        known = replace(known, nonce=known.nonce or nonce)
        written = self._put(
            replace(known, state=PointState.CREATING, intent_at=now, empty_reads=0, last_read_at=None)
        )
        self._after("write_intent")
        return written

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        self._before("withdraw_intent")
        written = self._put(_planned(self._held(point, owner)))
        self._after("withdraw_intent")
        return written

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        self._before("write_empty_read")
        known = self._held(point, owner)
        if counts_as_read(known, now):
            known = self._put(replace(known, empty_reads=known.empty_reads + 1, last_read_at=now))
        self._after("write_empty_read")
        return known

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        self._before("write_created")
        unknown = [c.point_id for c in creations if (run_id, c.point_id) not in self.all_points]
        if unknown:
            raise NotFound(f"run {run_id} has no points {', '.join(unknown)}")
        for creation in creations:
            known = self.all_points[run_id, creation.point_id]
            if not known.snapshot_id and not known.state.is_final:
                self._put(_created(known, creation))
        self._after("write_created")

    def write_end(self, point: Point, now: datetime) -> bool:
        self._before("write_end")
        known = self._known(point)
        if known.ended_at is not None or known.state.is_final:
            return False
        self._put(replace(known, ended_at=now))
        self._after("write_end")
        return True

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        self._before("replace_snapshot")
        known = self._known(point)
        if known.state is not PointState.READY or known.snapshot_id not in (point.snapshot_id, by.id):
            raise TemporaryError(f"point {point.id} changed meanwhile and keeps its snapshot")
        self._put(replace(known, snapshot_id=by.id, started_at=by.started_at, size_bytes=by.size_bytes))
        self._after("replace_snapshot")

    def replan(self, point: Point, reason: str) -> None:
        self._before("replan")
        known = self._known(point)
        if known.method is Method.EBS:
            return
        if known.snapshot_id or known.state.is_final:
            raise TemporaryError(f"point {point.id} has a snapshot by now and is not planned again")
        self._put(_planned(replace(known, method=Method.EBS, method_reason=reason, fell_back=True)))
        self._after("replan")

    def release(self, point: Point, owner: str) -> None:
        self._before("release")
        lease = self._leases.get((point.run, point.id))
        if lease and lease.owner == owner:
            del self._leases[point.run, point.id]

    def finish(self, point: Point, outcome: Outcome) -> bool:
        self._before("finish")
        known = self.all_points.get((point.run, point.id))
        if known is None or known.state.is_final or _is_of_another(known, outcome):
            return False
        self._put(_finished(known, outcome))
        run = self.runs[point.run]
        ready = outcome.state is PointState.READY
        self.runs[run.id] = replace(run, ready=run.ready + ready, failed=run.failed + (not ready))
        self._after("finish")
        return True

    def revive(self, point: Point, creation: Creation) -> bool:
        self._before("revive")
        known = self._known(point)
        if known.state is not PointState.FAILED or known.snapshot_id:
            return False
        self._put(replace(_created(known, creation), reason=""))
        run = self.runs[point.run]
        late = run.late + 1 if run.state.is_final else run.late
        self.runs[run.id] = replace(run, failed=run.failed - 1, late=late)
        self._after("revive")
        return True

    def write_withdrawn(self, point: Point) -> None:
        self._before("write_withdrawn")
        self._put(replace(self._known(point), withdrawn=True))
        self._after("write_withdrawn")

    def close_run(self, run_id: str, state: RunState, now: datetime) -> bool:
        self._before("close_run")
        run = self.runs.get(run_id)
        if run is None or run.state.is_final:
            return False
        self.runs[run_id] = replace(run, state=state, closed_at=now)
        self._after("close_run")
        return True

    def mark_announced(self, run_id: str) -> None:
        self._before("mark_announced")
        if run_id in self.runs:
            self.runs[run_id] = replace(self.runs[run_id], announced=True)
        self._after("mark_announced")

    def write_late(self, run_id: str, late: int) -> None:
        self._before("write_late")
        if run_id in self.runs:
            self.runs[run_id] = replace(self.runs[run_id], late=late)
        self._after("write_late")

    def first_seen(self, cluster: str, policy: str, now: datetime) -> datetime:
        self._before("first_seen")
        return self._first_seen.setdefault((cluster, policy), now)

    def _put(self, point: Point) -> Point:
        self.all_points[point.run, point.id] = point
        return point

    def _known(self, point: Point) -> Point:
        known = self.all_points.get((point.run, point.id))
        if known is None:
            raise NotFound(f"run {point.run} has no point {point.id}")
        return known

    def _held(self, point: Point, owner: str) -> Point:
        known = self._known(point)
        lease = self._leases.get((point.run, point.id))
        if lease is None or lease.owner != owner or known.state not in UNBORN:
            raise TemporaryError(f"{owner} lost the lease of point {point.id}")
        return known

    def _is_barred(self, key: tuple[str, str], owner: str, now: datetime) -> bool:
        lease = self._leases.get(key)
        return lease is not None and lease.bars(owner, now)


def _planned(point: Point) -> Point:
    return replace(point, state=PointState.PLANNED, intent_at=None, empty_reads=0, last_read_at=None)


def _created(point: Point, creation: Creation) -> Point:
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
    """True when the outcome tells of a snapshot that is not the point's: the first id wins."""
    return bool(point.snapshot_id and outcome.snapshot_id and point.snapshot_id != outcome.snapshot_id)


def _finished(point: Point, outcome: Outcome) -> Point:
    return replace(
        point,
        state=outcome.state,
        reason=outcome.reason,
        snapshot_id=outcome.snapshot_id or point.snapshot_id,
        size_bytes=outcome.size_bytes or point.size_bytes,
    )
