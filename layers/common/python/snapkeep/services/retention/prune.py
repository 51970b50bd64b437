"""Prunes: plans what retention expires, applies the brake, deletes and verifies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.retention.deletion.deletions import PruneLease
from snapkeep.domain.times import moment
from snapkeep.ports.clock import Clock
from snapkeep.ports.prunes import Prunes
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.retention.carry_out import CarryOut
from snapkeep.services.retention.decide import DecidePrune, Decision, log_plan
from snapkeep.services.retention.deletion.delete import DeletePoints, DeletionOutcome
from snapkeep.services.retention.deletion.duplicates import Pruned
from snapkeep.services.retention.deletion.tell_refusals import TellRefusals
from snapkeep.services.retention.news import PruneNews
from snapkeep.services.retention.read_cluster import Reading
from snapkeep.services.retention.report import DELETIONS, WHOLE, ClusterReport, Progress, cluster_report

log = logging.getLogger(__name__)

TIME = timedelta(minutes=8)
"""After this time no deletion is begun, because the function lives for 10 minutes; the next prune continues.
Each cluster gets an equal share of the remaining time, so that a large plan in one starves no other."""

PATIENCE = timedelta(hours=2)
"""Work that failed in three hourly prunes in a row is reported."""

SETTLED = timedelta(hours=1)
"""EC2 certainly lists an existing snapshot that is older than this; its listings lag by minutes at most."""

LEASE = timedelta(minutes=12)
"""How long a prune may hold its scope: its function, which lives for 10 minutes, is dead by then."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What deletes in a scope, and what prunes its marked duplicates afterwards; `frozen` says why nothing
    may be deleted after all."""

    deleter: DeletePoints | None = None
    duplicates: Callable[[], Sequence[Pruned]] = tuple
    frozen: str = ""


class Scope(Protocol):
    """What is pruned by itself, with a brake of its own: the points of a cluster, or its copies in a
    place."""

    @property
    def name(self) -> str:
        """What the journal knows its lease, refusals and deletions by."""

    @property
    def policies(self) -> Collection[str]:
        """The policies that the config names for it."""

    @property
    def decider(self) -> DecidePrune:
        """What decides what goes."""

    def why_frozen(self) -> str:
        """Why nothing may be deleted; "" when something may."""

    def read(self, now: datetime, progress: Progress) -> Reading:
        """Everything that the plan is based on."""

    def begin(self) -> Begun:
        """What deletes, made right before it is needed."""


@dataclass(frozen=True, slots=True)
class Prune:
    """Prunes scope by scope, each independently. `scopes` gives those that a request means."""

    scopes: Callable[[PruneRequest], Sequence[Scope]]
    prunes: Prunes
    carry_out: CarryOut
    news: PruneNews
    tell_refusals: TellRefusals
    give_up: GiveUp
    clock: Clock

    def run(self, owner: str, request: PruneRequest = PruneRequest()) -> list[ClusterReport]:  # noqa: B008
        """Prune what the request means. Trouble in one scope is in its report and never stops the others.

        `owner` names the invocation, the same one when it is retried: two never prune a scope at once.
        """
        wanted = self.scopes(request)
        if not wanted:
            return [ClusterReport(request.scope, refused=f"snapkeep.yaml names no such {request.what}")]
        end = self.clock() + TIME
        reports = []
        for number, scope in enumerate(wanted):
            now = self.clock()
            until = now + (end - now) / (len(wanted) - number)
            reports.append(self._prune(scope, owner, request, until))
        return reports

    def _prune(self, scope: Scope, owner: str, request: PruneRequest, until: datetime) -> ClusterReport:
        progress = Progress(scope.name, request.dry_run)
        means = "stopped, nothing more is deleted of this cluster: "
        with part_of_a_pass(f"prune of {scope.name}", progress.given_up, "prune", means):
            if request.dry_run:
                self._work(scope, request, until, progress)
            else:
                self._work_alone(scope, owner, request, until, progress)
        progress.refused = progress.given_up.get("prune", progress.refused)
        if not request.dry_run and not progress.held_by_another:  # the other prune reports for itself
            progress.given_up = self.give_up.report(progress.given_up, scope.name, progress.left_out)
        return cluster_report(progress)

    def _work_alone(
        self, scope: Scope, owner: str, request: PruneRequest, until: datetime, progress: Progress
    ) -> None:
        """Work under the scope's lease, or report who has it; after a crash the lease expires."""
        cluster, now = scope.name, self.clock()
        held = self.prunes.lease_prune(PruneLease(cluster, owner, now + LEASE), now)
        if held.owner != owner:
            progress.refused = (
                f"another prune of this cluster ({held.owner}) is running until {moment(held.until)} at the "
                "latest, so this one deletes nothing. Try again after that"
            )
            log.info("prune of %s: %s", cluster, progress.refused)
            progress.held_by_another = held.until <= now + LEASE
            if not progress.held_by_another:  # taken while a clock was wrong: no prune runs for so long
                progress.given_up[WHOLE] = progress.refused
            return
        try:
            self._work(scope, request, until, progress)
        except Exception:
            self._release(cluster, owner)
            raise
        self._release(cluster, owner)

    def _release(self, cluster: str, owner: str) -> None:
        try:
            self.prunes.release_prune(cluster, owner)
        except SnapkeepError as error:
            log.warning("prune of %s: its lease ends by itself: %s", cluster, error.reason)

    def _work(self, scope: Scope, request: PruneRequest, until: datetime, progress: Progress) -> None:
        """Read, decide, carry out; `progress` holds what is known whenever that stops."""
        now = self.clock()
        frozen = scope.why_frozen()
        if frozen and not request.dry_run:
            self._freeze(progress, frozen)
            return
        reading = scope.read(now, progress)
        decision = scope.decider.decide(reading, request, now, progress)
        log_plan(scope.name, decision.survey)
        progress.survey, progress.braked = decision.survey, decision.braked
        if request.dry_run:
            return
        begun = scope.begin()
        if begun.deleter is None:
            self._freeze(progress, begun.frozen)
            return
        self._tell(scope, decision, progress)
        if reading.catalogue:
            reading.catalogue.finish(SETTLED, is_old=bool(reading.found.strange))
        progress.refused = decision.braked.unknown
        if progress.refused:
            log.warning("prune of %s: %s", scope.name, progress.refused)
            return
        progress.ended = self.carry_out.carry_out(decision, begun.deleter, until, progress)
        self._sum_up(decision.opened, progress)
        progress.duplicates = begun.duplicates()

    def _freeze(self, progress: Progress, gone: str) -> None:
        """Delete nothing of a cluster that EKS does not have, and announce that once."""
        progress.refused = f"retention is frozen, nothing is deleted: {gone}"
        is_news = self.news.frozen(progress.cluster, gone)
        level = logging.WARNING if is_news else logging.INFO
        log.log(level, "prune of %s: %s", progress.cluster, progress.refused)

    def _tell(self, scope: Scope, decision: Decision, progress: Progress) -> None:
        """Announce policies that the config no longer names (one with an invalid retention is still named),
        and the brake's refusals."""
        cluster, named = scope.name, scope.policies
        orphaned = {name: count for name, count in decision.survey.orphaned.items() if name not in named}
        untold = self.news.orphaned(cluster, orphaned)
        if untold:
            progress.given_up["news"] = f"removed policies could not be announced: {untold}"
        self.tell_refusals.tell(decision.braked.refusals)

    def _sum_up(self, opened: Collection[str], progress: Progress) -> None:
        """Count deletions that AWS refused as given up, and report those that wait too long."""
        refused = [item for item in progress.ended if item.fate is DeletionOutcome.REFUSED]
        if refused:
            first = f"{refused[0].snapshot_id}: {refused[0].reason}"
            progress.given_up[DELETIONS] = f"{len(refused)} deletions were refused, the first of {first}"
        self.news.stuck(progress.cluster, opened, progress.ended)
