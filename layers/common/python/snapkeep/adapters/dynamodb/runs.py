"""Runs in the journal's table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, run_item, run_of
from snapkeep.adapters.dynamodb.table import EXISTS, IS_NEW, Refused, Table, key_of
from snapkeep.domain.backup.runs import Run, RunState, Skipped
from snapkeep.domain.times import compact, precise

LEFT_PAGE = 500
"""Entries per item of skipped claims: far below the 400 KB limit of an item."""

FREE = "(attribute_not_exists(#lease_until) OR #lease_until <= :now OR #lease_owner = :owner)"
LEASE = "SET #lease_owner = :owner, #lease_until = :until"


class DynamoRuns:
    """Implements the Runs port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open_run(self, run: Run, owner: str, until: datetime, now: datetime) -> Run | None:
        """Write the run if it is new and take its planning lease; None when another owner holds it.

        A run past planning is returned unchanged, without a lease.
        """
        item = run_item(run) | {"lease_owner": owner, "lease_until": precise(until)}
        try:
            self._table.put(item, IS_NEW)
            return run
        except Refused:
            return self._join_run(run.id, owner, until, now)

    def start_run(self, run: Run) -> None:
        """Mark a planned run `running` with what planning found; one past planning stays as it is."""
        values = {
            "planning": RunState.PLANNING.value,
            "running": RunState.RUNNING.value,
            "total": run.total,
            "degraded": run.degraded,
            "left": dict(run.skipped),
            "untold": run.ends_untold,
        }
        change = (
            "SET #state = :running, #total = :total, #degraded = :degraded, #left = :left, "
            "#ends_untold = :untold "
            "REMOVE #lease_owner, #lease_until"
        )
        try:
            self._table.update(schema.run_key(run.id), change, "#state = :planning", values)
        except Refused:
            return

    def run(self, run_id: str) -> Run | None:
        """The run of that id as it stands."""
        item = self._table.get(schema.run_key(run_id))
        return self._table.read(item, run_of) if item else None

    def known_runs(self, run_ids: Collection[str]) -> Collection[str]:
        """The ids that the journal has a run for, whatever its state."""
        ids = {schema.run_key(run_id)[schema.PK]: run_id for run_id in run_ids}
        found = self._table.get_many([schema.run_key(run_id) for run_id in ids.values()])
        return {ids[item[schema.PK]] for item in found}

    def open_runs(self) -> Iterator[Run]:
        """Runs that are not yet closed or announced, oldest slot first; the index lags."""
        yield from self._indexed("#open = :yes", {"yes": "yes"}, schema.OPEN_INDEX)

    def runs_of(self, cluster: str, policy: str, since: datetime) -> Iterator[Run]:
        """Runs of a policy in a cluster whose slot is at or after `since`, oldest first."""
        values = {"policy": schema.policy_key(cluster, policy), "since": compact(since)}
        yield from self._indexed("#policy_key = :policy AND #slot >= :since", values, schema.RUNS_INDEX)

    def close_run(self, run_id: str, state: RunState, now: datetime) -> bool:
        """Close a run; False when it was already closed. The run and its skipped claims may then expire."""
        values = {
            "state": state.value,
            "now": precise(now),
            "expires": schema.expiry(now),
            "planning": RunState.PLANNING.value,
            "running": RunState.RUNNING.value,
        }
        change = "SET #state = :state, #closed_at = :now, #expires_at = :expires"
        try:
            self._table.update(schema.run_key(run_id), change, "#state IN (:planning, :running)", values)
        except Refused:
            return False
        for item in self._left_items(run_id):
            expires = {"expires": schema.expiry(now)}
            self._table.update(key_of(item), "SET #expires_at = :expires", "", expires)
        return True

    def mark_announced(self, run_id: str) -> None:
        """Journal that the closing of a run was published: it stays open only for late points."""
        change, none_late = "SET #announced = :yes", "(attribute_not_exists(#late) OR #late = :none)"
        condition = f"{EXISTS} AND {none_late}"
        values = {"yes": True, "none": 0}
        if not self._changed(run_id, f"{change} REMOVE #open", condition, values):
            self._changed(run_id, change, EXISTS, {"yes": True})

    def write_late(self, run_id: str, late: int) -> None:
        """Journal how many points of a run are late; an announced run without any is no longer open."""
        change, values = "SET #late = :late", {"late": late}
        is_over = late == 0 and self._changed(
            run_id, f"{change} REMOVE #open", "#announced = :yes", {**values, "yes": True}
        )
        if not is_over:
            self._changed(run_id, change, EXISTS, values)

    def add_skipped(self, run_id: str, skipped: Sequence[Skipped]) -> None:
        pages = list(chunks([[item.subject, item.code, item.reason] for item in skipped], LEFT_PAGE))
        known = sum(1 for _ in self._left_items(run_id))
        for number in range(max(len(pages), known)):
            page = pages[number] if number < len(pages) else []
            self._table.put({**schema.left_key(run_id, number), "entries": page})

    def skipped(self, run_id: str) -> Sequence[Skipped]:
        """What a run skipped, in the order it was written."""
        pages = (self._table.read(item, _entries) for item in self._left_items(run_id))
        return [entry for page in pages for entry in page]

    def _changed(self, run_id: str, change: str, condition: str, values: dict[str, Any]) -> bool:
        """Change a run if the condition holds; False, and nothing changes, if it does not."""
        try:
            self._table.update(schema.run_key(run_id), change, condition, values)
            return True
        except Refused:
            return False

    def _join_run(self, run_id: str, owner: str, until: datetime, now: datetime) -> Run | None:
        values = {
            "owner": owner,
            "until": precise(until),
            "now": precise(now),
            "planning": RunState.PLANNING.value,
        }
        condition = f"#state = :planning AND {FREE}"
        try:
            item = self._table.update(schema.run_key(run_id), LEASE, condition, values)
            return self._table.read(item, run_of)
        except Refused:
            known = self.run(run_id)
            return None if known is None or known.state is RunState.PLANNING else known

    def _indexed(self, condition: str, values: dict[str, str], index: str) -> Iterator[Run]:
        """The runs an index names, read from the table itself: the index lags and holds keys only."""
        for keys in chunks(list(self._table.query(condition, values, index)), 100):
            found = self._table.get_many([key_of(key) for key in keys])
            runs = self._table.read_each(found, run_of)
            yield from sorted(runs, key=lambda run: (run.slot, run.id))

    def _left_items(self, run_id: str) -> Iterator[dict[str, Any]]:
        values = {"run": schema.run_key(run_id)[schema.PK], "left": schema.LEFT_PREFIX}
        return self._table.query("#pk = :run AND begins_with(#sk, :left)", values)


def _entries(item: Item) -> list[Skipped]:
    return [Skipped(*entry) for entry in item["entries"]]
