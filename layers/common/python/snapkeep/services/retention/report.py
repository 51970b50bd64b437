"""What prune tells of a cluster: the report, cut to what fits an answer, and the whole plan in the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from snapkeep.domain.retention.deletion.brake import Verdict
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.prune_plans import RefusedDeletions
from snapkeep.services.retention.deletion.delete import Deleted
from snapkeep.services.retention.duplicates import Pruned
from snapkeep.services.retention.survey import Planned, Survey

log = logging.getLogger(__name__)

SHOWN = 50
"""Entries of each list in the report; the log has the whole plan, in pieces of LOGGED."""

LOGGED = 200


@dataclass(slots=True)
class ClusterReport:
    """What prune did in one cluster; lists are cut, `counts` are not.

    `refused` says why nothing at all was done, `refusals` what the brake keeps from being deleted,
    `given_up` what went wrong, by part.
    """

    cluster: str
    dry_run: bool = False
    refused: str = ""
    verdict: Verdict | None = None
    refusals: list[RefusedDeletions] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    keep: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    delete: list[tuple[str, str]] = field(default_factory=list)
    ended: list[Deleted] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    orphaned_policies: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    duplicates: list[Pruned] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    held_by_another: bool = False


def describe(report: ClusterReport, survey: Survey, verdict: Verdict, refusals: Sequence[Refusal]) -> None:
    """Put the plan into the report, cut, and into the log, whole."""
    report.verdict = replace(verdict, refused=verdict.refused[:SHOWN], lineages=verdict.lineages[:SHOWN])
    report.refusals = [shown(item) for item in refusals]
    report.counts = {
        "keep": len(survey.kept),
        "delete": len(survey.deletions),
        "refused": sum(item.count for item in report.refusals),
        "pending": len(survey.pending),
        "unreadable": len(survey.unreadable),
    }
    report.keep = list(islice(survey.kept.items(), SHOWN))
    report.delete = [(item.snapshot_id, item.reason) for item in survey.deletions[:SHOWN]]
    report.unreadable = [(item.snapshot_id, item.reason) for item in survey.unreadable[:SHOWN]]
    report.orphaned_policies = sorted(survey.orphaned)[:SHOWN]
    _log_plan(report.cluster, survey.deletions, survey)


def shown(refusal: Refusal) -> RefusedDeletions:
    """A refusal as reports tell it: with its first names only."""
    names = sorted(refusal.names)
    return RefusedDeletions(refusal.token, refusal.since, refusal.reason, len(names), tuple(names[:SHOWN]))


def _log_plan(cluster: str, deletions: Sequence[Planned], survey: Survey) -> None:
    for start in range(0, len(deletions), LOGGED):
        some = {item.snapshot_id: item.reason for item in deletions[start : start + LOGGED]}
        log.info("prune of %s: delete", cluster, extra={"delete": some})
    kept = iter(survey.kept.items())
    while some_kept := dict(islice(kept, LOGGED)):
        log.info("prune of %s: keep", cluster, extra={"keep": some_kept})
