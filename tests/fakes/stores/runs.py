"""In-memory runs, run requests and policy slots."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from snapkeep.domain.backup.runs import Run, RunState, Skipped
from snapkeep.domain.backup.slot_record import SlotRecord
from tests.fakes.faults import Faults
from tests.fakes.stores.leases import Leases


class MemoryRuns(Faults):
    """The Runs port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, Run] = {}
        self._skipped: dict[str, tuple[Skipped, ...]] = {}
        self._leases = Leases()

    def open_run(self, run: Run, owner: str, until: datetime, now: datetime) -> Run | None:
        self._before("open_run")
        known = self.all.setdefault(run.id, run)
        is_planned = known.state is RunState.PLANNING
        if is_planned and not self._leases.take((run.id, ""), owner, until, now):
            return None
        self._after("open_run")
        return known

    def start_run(self, run: Run) -> None:
        self._before("start_run")
        known = self.all.get(run.id)
        if known and known.state is RunState.PLANNING:
            self.all[run.id] = replace(
                known,
                state=RunState.RUNNING,
                total=run.total,
                degraded=run.degraded,
                skipped=dict(run.skipped),
                ends_untold=run.ends_untold,
            )
            self._leases.end((run.id, ""))
        self._after("start_run")

    def run(self, run_id: str) -> Run | None:
        self._before("run")
        return self.all.get(run_id)

    def known_runs(self, run_ids: Collection[str]) -> Collection[str]:
        self._before("known_runs")
        return {run_id for run_id in run_ids if run_id in self.all}

    def open_runs(self) -> Iterator[Run]:
        self._before("open_runs")
        yield from [run for run in self.all.values() if not run.announced or run.late]

    def runs_of(self, cluster: str, policy: str, since: datetime) -> Iterator[Run]:
        self._before("runs_of")
        found = [r for r in self.all.values() if (r.cluster, r.policy) == (cluster, policy)]
        yield from sorted((run for run in found if run.slot >= since), key=lambda run: run.slot)

    def close_run(self, run_id: str, state: RunState, now: datetime) -> bool:
        self._before("close_run")
        run = self.all.get(run_id)
        if run is None or run.state.is_final:
            return False
        self.all[run_id] = replace(run, state=state, closed_at=now)
        self._after("close_run")
        return True

    def mark_announced(self, run_id: str) -> None:
        self._before("mark_announced")
        if run_id in self.all:
            self.all[run_id] = replace(self.all[run_id], announced=True)
        self._after("mark_announced")

    def write_late(self, run_id: str, late: int) -> None:
        self._before("write_late")
        if run_id in self.all:
            self.all[run_id] = replace(self.all[run_id], late=late)
        self._after("write_late")

    def add_skipped(self, run_id: str, skipped: Sequence[Skipped]) -> None:
        self._before("add_skipped")
        self._skipped[run_id] = tuple(skipped)
        self._after("add_skipped")

    def skipped(self, run_id: str) -> Sequence[Skipped]:
        self._before("skipped")
        return self._skipped.get(run_id, ())


class MemoryRunRequests(Faults):
    """The RunRequests port in dicts; every method is one atomic step."""

    def __init__(self, runs: MemoryRuns, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._runs = runs
        self.all: dict[str, str] = {}

    def accept_run(self, run: Run, request_id: str) -> Run | None:
        self._before("accept_run")
        if request_id in self.all:
            return self._runs.all.get(self.all[request_id])
        if run.id in self._runs.all:
            return None
        self._runs.all[run.id] = run
        self.all[request_id] = run.id
        self._after("accept_run")
        return run

    def requested_run(self, request_id: str) -> Run | None:
        self._before("requested_run")
        return self._runs.all.get(self.all.get(request_id, ""))


class MemorySlots(Faults):
    """The Slots port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self._slot_records: dict[tuple[str, str], SlotRecord] = {}
        self._slot_records_lock = Lock()
        self._first_seen: dict[tuple[str, str], datetime] = {}

    def first_seen(self, cluster: str, policy: str, now: datetime) -> datetime:
        self._before("first_seen")
        return self._first_seen.setdefault((cluster, policy), now)

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
