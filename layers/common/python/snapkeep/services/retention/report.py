"""The report of prune on a cluster, cut to fit a response; the log has the whole plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from snapkeep.domain.retention.deletion.brake import Verdict
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.prune_plans import RefusedDeletions
from snapkeep.services.retention.deletion.apply_brake import Braked
from snapkeep.services.retention.deletion.delete import Deleted
from snapkeep.services.retention.deletion.duplicates import Pruned
from snapkeep.services.retention.survey import Survey

WHOLE = "prune"
DELETIONS = "deletions"
"""Parts of a prune that are given up: all of it, and the deletions that AWS or the cluster refused."""

SHOWN = 50
"""Entries of each list in the report; the log has the whole plan."""


@dataclass(slots=True)
class Progress:
    """The progress of one cluster's prune: the basis of the report, even if the prune stops halfway.

    `refused` says why nothing (more) is done, `given_up` what went wrong, by part.
    """

    cluster: str
    dry_run: bool = False
    refused: str = ""
    survey: Survey | None = None
    braked: Braked | None = None
    ended: Sequence[Deleted] = ()
    duplicates: Sequence[Pruned] = ()
    notes: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    held_by_another: bool = False

    @property
    def left_out(self) -> Collection[str] | None:
        """The parts that this prune did not reach (None: it stopped, and may have reached none)."""
        if WHOLE in self.given_up:
            return None
        tried_all = not self.refused and self.braked is not None and not self.braked.refusals
        return () if tried_all else (DELETIONS,)


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What prune did in one cluster; lists are cut, `counts` are not.

    `refused` says why nothing at all was done, `refusals` are the deletions that the brake refused,
    `given_up` says what went wrong, by part.
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


def cluster_report(progress: Progress) -> ClusterReport:
    """The report of a finished prune."""
    survey, braked = progress.survey or Survey(), progress.braked
    refusals = [shown(item) for item in braked.refusals] if braked else []
    return ClusterReport(
        cluster=progress.cluster,
        dry_run=progress.dry_run,
        refused=progress.refused,
        verdict=_cut(braked.verdict) if braked else None,
        refusals=refusals,
        counts=_counts(survey, refusals, progress.ended) if braked else {},
        keep=list(islice(survey.kept.items(), SHOWN)),
        delete=[(item.snapshot_id, item.reason) for item in survey.deletions[:SHOWN]],
        ended=list(progress.ended[:SHOWN]),
        unreadable=[(item.snapshot_id, item.reason) for item in survey.unreadable[:SHOWN]],
        orphaned_policies=sorted(survey.orphaned)[:SHOWN],
        notes=progress.notes,
        duplicates=list(progress.duplicates[:SHOWN]),
        given_up=progress.given_up,
        held_by_another=progress.held_by_another,
    )


def _cut(verdict: Verdict) -> Verdict:
    return replace(verdict, refused=verdict.refused[:SHOWN], lineages=verdict.lineages[:SHOWN])


def _counts(survey: Survey, refusals: Sequence[RefusedDeletions], ended: Sequence[Deleted]) -> dict[str, int]:
    planned = {
        "keep": len(survey.kept),
        "delete": len(survey.deletions),
        "refused": sum(item.count for item in refusals),
        "pending": len(survey.pending),
        "unreadable": len(survey.unreadable),
    }
    return planned | Counter(item.fate.value for item in ended)


def shown(refusal: Refusal) -> RefusedDeletions:
    """A refusal as reports show it, with its first names only."""
    names = sorted(refusal.names)
    return RefusedDeletions(refusal.token, refusal.since, refusal.reason, len(names), tuple(names[:SHOWN]))
