"""Finishes restores: completes those interrupted by a crash, and cleans up once the claim is bound.

The hold of every open restore is renewed before its cluster is contacted: a cluster that does not answer for
days must not cost a waiting claim its recovery point.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from snapkeep.domain.errors import PermanentError, SnapkeepError
from snapkeep.domain.restore.bindings import unseen_volume
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.restore.operations import GIVE_UP_AFTER, RestoreOperation, Stage
from snapkeep.domain.restore.progress import Progress, RestoreState, progress
from snapkeep.ports.clock import Clock
from snapkeep.ports.restores import Restores
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.restore.carry_out import Restore
from snapkeep.services.restore.restored_claims import RestoredClaims
from snapkeep.services.restore.returns import ReturnPoints

RESUME_AFTER = timedelta(minutes=1)
"""How long an accepted restore is left alone: the API, which may run 29 s, may still be working on it."""

HANGS_AFTER = timedelta(hours=1)
"""EC2 creates a volume from a snapshot in seconds, or in minutes if it is asked for many."""

PATIENCE = timedelta(minutes=15)
"""Work that failed in three passes in a row is reported."""

log = logging.getLogger(__name__)


class EndedHolds(Protocol):
    """Releases holds that have ended."""

    def release_ended(self) -> Sequence[Hold]:
        """Release every hold that has ended, except those of open restores; returns them."""


class Sweep(Protocol):
    """Takes off snapshots what a lost journal had put on them."""

    def run(self) -> None:
        """Do so for everything that is over."""


@dataclass(slots=True)
class FinishReport:
    """The result for each open restore, by id; the holds that ended; and the parts given up, with reasons."""

    made: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[str]:
        """The parts given up, as lines."""
        return [f"{subject}: {reason}" for subject, reason in self.given_up.items()]


@dataclass(frozen=True, slots=True)
class FinishRestores:
    """Processes every open restore; trouble with one never stops the others."""

    claims: RestoredClaims
    restores: Restores
    give_up: GiveUp
    restore: Restore
    holds: EndedHolds
    lent: Sweep
    forgotten: Sweep
    returns: ReturnPoints
    clock: Clock

    def run(self) -> FinishReport:
        """Advance every open restore as far as possible; returns what was done."""
        report = FinishReport()
        for operation in list(self.restores.open_restores()):
            with part_of_a_pass(f"restore {operation.id}", report.given_up, operation.id):
                self._finish(operation, report)
        with part_of_a_pass("taking lent tags back", report.given_up, "lent tags"):
            self.lent.run()
        self._end_holds(report)
        report.given_up = self.give_up.report(report.given_up)
        return report

    def _end_holds(self, report: FinishReport) -> None:
        """Release the holds that have ended without a renewal."""
        with part_of_a_pass("releasing holds", report.given_up, "holds"):
            ended = self.holds.release_ended()
            report.released = [f"{hold.snapshot_id}: {hold.holder}" for hold in ended]

        with part_of_a_pass("lifting holds that no journal knows", report.given_up, "forgotten holds"):
            self.forgotten.run()

    def _finish(self, operation: RestoreOperation, report: FinishReport) -> None:
        if operation.stage is Stage.ACCEPTED:
            self._make(operation, report)  # which renews the hold itself, once the API has had time
            return
        if operation.stage is Stage.BRINGING_BACK:
            self._bring_back(operation, report)
            return
        operation = self._renew(operation, report)
        if operation.stage is Stage.CREATED:
            self._watch(operation, report)
        else:
            self._clean_up(operation)
            report.finished.append(operation.id)

    def _renew(self, operation: RestoreOperation, report: FinishReport) -> RestoreOperation:
        """Extend the hold if it ends soon; a failure is reported and stops nothing."""
        try:
            return self.restore.renew(operation)
        except SnapkeepError as error:
            log.warning("the hold of restore %s could not be renewed: %s", operation.id, error.reason)
            report.given_up[operation.id] = f"its hold could not be renewed: {error.reason}"
            return operation

    def _make(self, operation: RestoreOperation, report: FinishReport) -> None:
        """Continue a restore that the API accepted but for which it created no claim."""
        age = self.clock() - operation.last_step_at
        if age < RESUME_AFTER:
            return
        if age > GIVE_UP_AFTER:
            minutes = GIVE_UP_AFTER // timedelta(minutes=1)
            reason = f"its claim could not be created within {minutes} minutes; the log says why"
            operation = self.restore.fail(operation, reason)
        else:
            operation = self.restore.resume(operation)
        _sort(operation, report)

    def _bring_back(self, operation: RestoreOperation, report: FinishReport) -> None:
        """Continue a restore whose point is in the archive tier."""
        operation = self.returns.step(operation)
        _sort(operation, report)
        if self.returns.is_slow(operation):
            report.given_up[operation.id] = f"its point should be back by now: {operation.awaits}"

    def _keep_back(self, operation: RestoreOperation, report: FinishReport) -> None:
        """Keep an archived point back while its claim waits; trouble is reported and stops nothing."""
        try:
            trouble = self.returns.keep_back(operation)
        except SnapkeepError as error:
            trouble = f"its recovery point may go back to the archive tier: {error.reason}"
        if trouble:
            log.warning("restore %s: %s", operation.id, trouble)
            report.given_up[operation.id] = trouble

    def _watch(self, operation: RestoreOperation, report: FinishReport) -> None:
        """Clean up after a claim that is bound or deleted; leave a waiting one alone.

        Bound means bound to a volume created from the point; the restore fails if the claim got another
        volume, or one that EC2 never shows.
        """
        claim = self.claims.look(operation)
        seen = progress(operation, claim)
        if claim and claim.operation == operation.id and claim.snapshot_gone and claim.phase == "Pending":
            again = self.restore.import_again(operation)
            (report.failed if again.stage is Stage.FAILED else report.made).append(operation.id)
            return
        ended = self._ended(operation, seen)
        if ended is None:
            self.restore.lending.renew(operation)
            self._keep_back(operation, report)
            self._note(operation, seen)
            report.waiting.append(operation.id)
            if self._hangs(operation, seen):
                report.given_up.setdefault(operation.id, f"it should be bound by now: {seen.text}")
            return
        self._clean_up(self.restores.write_restore(ended))
        (report.failed if ended.stage is Stage.FAILED else report.finished).append(operation.id)

    def _clean_up(self, operation: RestoreOperation) -> None:
        """Clean up after a restore; a problem that a person must fix first is recorded once in its
        timeline."""
        try:
            self.restore.clean_up(operation)
        except PermanentError as error:
            text = f"not cleaned up yet: {error.reason}"
            if text not in (moment.text for moment in operation.timeline):
                self.restores.write_restore(operation.happened(self.clock(), text))
            raise

    def _ended(self, operation: RestoreOperation, seen: Progress) -> RestoreOperation | None:
        """The ended operation; None while it has not ended."""
        now = self.clock()
        match seen.state:
            case RestoreState.BOUND:
                return operation.happened(now, seen.text, Stage.BOUND)
            case RestoreState.REMOVED:
                return operation.happened(now, seen.text, Stage.REMOVED)
            case RestoreState.FAILED:
                return replace(operation.failed(now, seen.text), keeps_point=seen.other_data)
        if seen.unseen and _is_noted(operation, seen) and now - operation.last_step_at > GIVE_UP_AFTER:
            return replace(operation.failed(now, unseen_volume(operation, seen.unseen)), keeps_point=True)
        return None

    def _hangs(self, operation: RestoreOperation, seen: Progress) -> bool:
        """True for a claim that was created long ago and is not bound, although no pod has to use it
        first.
        """
        waits_for_us = seen.state in (RestoreState.WAITING_FOR_SNAPSHOT, RestoreState.PROVISIONING)
        return waits_for_us and self.clock() - operation.last_step_at > HANGS_AFTER

    def _note(self, operation: RestoreOperation, seen: Progress) -> None:
        """Journal when EC2 first did not show the volume of a bound claim."""
        if seen.unseen is not None and not _is_noted(operation, seen):
            self.restores.write_restore(operation.happened(self.clock(), seen.text))


def _is_noted(operation: RestoreOperation, seen: Progress) -> bool:
    return bool(operation.timeline) and operation.timeline[-1].text == seen.text


def _sort(operation: RestoreOperation, report: FinishReport) -> None:
    """Add a restore that was continued to the report."""
    if operation.stage is Stage.FAILED:
        report.failed.append(operation.id)
    elif operation.stage is Stage.CREATED:
        report.made.append(operation.id)
    else:
        report.waiting.append(operation.id)
