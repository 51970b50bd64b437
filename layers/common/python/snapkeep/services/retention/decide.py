"""Decides what prune deletes in a cluster: the plan of its policies, minus everything that must stay."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from snapkeep.domain.messages import PruneRequest
from snapkeep.ports.deletions import Absences, Deletions
from snapkeep.ports.ec2 import DeletableSnapshots
from snapkeep.ports.prunes import Refusals
from snapkeep.services.retention.brought_back import BroughtBack
from snapkeep.services.retention.deletion.apply_brake import ApplyBrake, Braked
from snapkeep.services.retention.read_cluster import Reading
from snapkeep.services.retention.report import SHOWN, Progress
from snapkeep.services.retention.survey import Survey, survey_of

LOGGED = 200
"""Entries of the plan per log message: the log has the whole plan, in pieces."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decision:
    """The plan of a cluster at that time, the brake's result, and the deletions (ids) begun earlier."""

    at: datetime
    survey: Survey
    braked: Braked
    opened: frozenset[str]


@dataclass(frozen=True, slots=True)
class DecidePrune:
    """Decides for each cluster. Journals refusals and snapshots that came back, except in a rehearsal."""

    snapshots: DeletableSnapshots
    deletions: Deletions
    absences: Absences
    refusals: Refusals

    def decide(self, reading: Reading, request: PruneRequest, now: datetime, progress: Progress) -> Decision:
        """What is deleted and what stays, each with its reason.

        Snapshots that EC2 would not delete stay, and so do those that somebody just brought back or that the
        brake refuses.
        """
        cluster = progress.cluster
        survey = survey_of(reading.found, reading.policies, now, reading.gone)
        progress.notes += _spared(survey)
        opened = frozenset(item.snapshot_id for item in self.deletions.open_deletions(cluster))
        protections = self.snapshots.protections([item.snapshot_id for item in survey.deletions])
        survey.keep({name: tuple(item.reason for item in some) for name, some in protections.items()})
        came_back = self._came_back(survey, now, request.dry_run)
        survey.keep({name: (reason,) for name, reason in came_back.items()})
        progress.notes += [f"{name}: {reason}" for name, reason in sorted(came_back.items())[:SHOWN]]
        brake = ApplyBrake(self.refusals, self.snapshots, cluster, now)
        braked = brake.apply(survey, opened, request.confirm, reading.policies, rehearse=request.dry_run)
        return Decision(now, survey, braked, opened)

    def _came_back(self, survey: Survey, now: datetime, rehearse: bool) -> dict[str, str]:
        """Why deletions (ids) that somebody brought back stay."""
        brought_back = BroughtBack(self.absences, now)
        away = set(survey.away)
        here = [item.snapshot_id for item in survey.deletions if item.snapshot_id not in away]
        kept = brought_back.protect(here, rehearse)
        if not rehearse:
            brought_back.remember(survey.away)
        return {name: protection.reason for name, protection in kept.items()}


def _spared(survey: Survey) -> list[str]:
    """Notes about policies whose backups fail."""
    return [
        f"policy {policy}: {points} points are older than max_age and stay, because no newer backup of their "
        "claims is ready: it failed, is late, or the policy no longer takes them"
        for policy, points in sorted(survey.spared_by_age.items())
    ]


def log_plan(cluster: str, survey: Survey) -> None:
    """Log the whole plan."""
    for start in range(0, len(survey.deletions), LOGGED):
        some = {item.snapshot_id: item.reason for item in survey.deletions[start : start + LOGGED]}
        log.info("prune of %s: delete", cluster, extra={"delete": some})
    kept = iter(survey.kept.items())
    while some_kept := dict(islice(kept, LOGGED)):
        log.info("prune of %s: keep", cluster, extra={"keep": some_kept})
