"""The stores of runs: one policy, one slot, one cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.backup.runs import Run, RunState, Skipped
    from snapkeep.domain.backup.slot_record import SlotRecord


class Runs(Protocol):
    """Runs, and what each of them skipped."""

    def open_run(self, run: Run, owner: str, until: datetime, now: datetime) -> Run | None:
        """Write the run if it is new and take its planning lease.

        Returns the run as it stands, or None when another owner holds the lease. A run that is past planning
        is returned as it is, without a lease.
        """

    def start_run(self, run: Run) -> None:
        """Mark a planned run `running` with its total, degraded, skipped, ends_untold; its jobs are sent.

        The counts of ready and failed points belong to `finish` and stay untouched.
        """

    def run(self, run_id: str) -> Run | None:
        """The run of that id."""

    def known_runs(self, run_ids: Collection[str]) -> Collection[str]:
        """The ids that the journal has a run for; closed runs stay for 90 days."""

    def open_runs(self) -> Iterator[Run]:
        """Runs that are not yet closed or announced, or have late points."""

    def runs_of(self, cluster: str, policy: str, since: datetime) -> Iterator[Run]:
        """Runs of a policy in a cluster whose slot is at or after `since`."""

    def close_run(self, run_id: str, state: RunState, now: datetime) -> bool:
        """Close a settled run; False when somebody else closed it already."""

    def mark_announced(self, run_id: str) -> None:
        """Journal that the closing of a run was published."""

    def write_late(self, run_id: str, late: int) -> None:
        """Journal how many points of a run are overdue but pending; a run with any stays open."""

    def add_skipped(self, run_id: str, skipped: Sequence[Skipped]) -> None:
        """Write what a run skipped and why, replacing entries of an earlier attempt."""

    def skipped(self, run_id: str) -> Sequence[Skipped]:
        """What a run skipped."""


class RunRequests(Protocol):
    """The runs of on-demand requests."""

    def accept_run(self, run: Run, request_id: str) -> Run | None:
        """Write the run of a request; returns the request's existing run if it has one.

        Returns None, and writes nothing, when another request has a run with this id.
        """

    def requested_run(self, request_id: str) -> Run | None:
        """The run of a request."""


class Slots(Protocol):
    """The records of policies' slots."""

    def first_seen(self, cluster: str, policy: str, now: datetime) -> datetime:
        """When reconcile first saw a policy (now, on the first call); earlier slots do not count as
        missed."""

    def slot_record(self, cluster: str, policy: str) -> SlotRecord:
        """The record of a policy's slots; an empty one when there is none."""

    def write_slot_record(self, record: SlotRecord) -> bool:
        """Write a record over the version it was derived from; False when that version was already
        replaced."""
