"""Finds late claims. Each claim is judged by its own recovery points in the journal's runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import ClaimFacts, Point, PointState
from snapkeep.domain.policies import Policy
from snapkeep.domain.report.coverage import ALLOWANCE
from snapkeep.domain.times import moment
from snapkeep.ports.clock import Clock
from snapkeep.ports.points import Points
from snapkeep.services.backup.healing.missed_slots import MissedSlots

EVERY_CLAIM = "every claim"
"""The subject when a whole policy is late because no run could see its claims."""

DEPTH = 10
"""How many runs are read back to find a claim's last good point; an older one is only reported as unknown."""


@dataclass(slots=True)
class History:
    """The results of the last runs for a claim: points that are not ready, newest first, and the last good
    slot."""

    claim: ClaimFacts
    open: list[Point] = field(default_factory=list)
    good: datetime | None = None


@dataclass(frozen=True, slots=True)
class FindLate:
    """Determines which claims a policy owes a recovery point, and why."""

    points: Points
    missed_slots: MissedSlots
    clock: Clock

    def find(self, policy: Policy, runs: Sequence[Run], seen: datetime, since: datetime) -> Mapping[str, str]:
        """The late subjects with their reasons: claims as namespace/name, or EVERY_CLAIM.

        `runs` are those of the policy in a cluster since `since`, `seen` is when the policy was first seen
        there. A paused policy owes nothing, nor does one whose last run found nothing to take.
        """
        if not policy.schedule.enabled:
            return {}
        newest_first = sorted(runs, key=lambda run: run.slot, reverse=True)
        late = self._whole(policy, newest_first, seen, since)
        planned = [run for run in newest_first if run.state is not RunState.PLANNING and run.total]
        empty = next((run.slot for run in newest_first if run.state is RunState.COMPLETED), None)
        if not planned or (empty is not None and empty > planned[0].slot):
            return late
        return late | self._claims(policy, planned)

    def _whole(
        self, policy: Policy, newest_first: Sequence[Run], seen: datetime, since: datetime
    ) -> dict[str, str]:
        """Why the whole policy is late: no run since the owed slot saw any claim."""
        good = [run.slot for run in newest_first if run.ready or run.state is RunState.COMPLETED]
        owed = self.missed_slots.owed(policy, max(good, default=seen), since)
        if owed is None or any(run.total and run.slot >= owed for run in newest_first):
            return {}
        why = next((run.degraded for run in newest_first if run.slot >= owed and run.degraded), "")
        reason = f"no run of policy {policy.name} since {moment(owed)} took anything"
        return {EVERY_CLAIM: f"{reason}: {why}" if why else reason}

    def _claims(self, policy: Policy, runs: Sequence[Run]) -> dict[str, str]:
        """The late claims of the newest run that saw any claims."""
        if runs[0].ready >= runs[0].total:
            return {}
        histories: dict[str, History] = {}
        for point in self.points.points_of(runs[0].id):
            if point.state is not PointState.READY:
                histories[point.claim.uid] = History(point.claim, [point])
        for run in runs[1:DEPTH]:
            self._look_back(run, [item for item in histories.values() if item.good is None])
        grace = ALLOWANCE + timedelta(minutes=policy.schedule.flexible_minutes)
        found = {
            f"{item.claim.namespace}/{item.claim.name}": self._why(item, grace) for item in histories.values()
        }
        return {claim: why for claim, why in sorted(found.items()) if why}

    def _look_back(self, run: Run, histories: Sequence[History]) -> None:
        by_id = {
            point_id(item.claim.name, run.cluster, item.claim.uid, run.policy, run.slot, run.deployment): item
            for item in histories
        }
        for point in self.points.points(run.id, list(by_id)) if by_id else ():
            if point.state is PointState.READY:
                by_id[point.id].good = point.slot
            else:
                by_id[point.id].open.append(point)

    def _why(self, history: History, grace: timedelta) -> str:
        """Why the claim is late; "" while everything it waits for is on time."""
        overdue = [point for point in history.open if self._is_overdue(point, grace)]
        if not overdue:
            return ""
        newest, oldest = overdue[0], overdue[-1]
        why = newest.reason or _state(newest)
        good = (
            f"its last good one is of {moment(history.good)}" if history.good else "no earlier one is known"
        )
        owed = f"its recovery point of {moment(oldest.slot)} is owed"
        return f"{owed}; the one of {moment(newest.slot)}: {why}; {good}"

    def _is_overdue(self, point: Point, grace: timedelta) -> bool:
        """Whether a point is overdue: a pending snapshot gets the time that its size needs, any other point
        the allowance."""
        now = self.clock()
        if point.snapshot_id and not point.state.is_final:
            return point.is_late(now)
        return now >= point.slot + grace


def _state(point: Point) -> str:
    if point.snapshot_id:
        return f"its snapshot {point.snapshot_id} is still pending"
    return "its snapshot was not created yet"
