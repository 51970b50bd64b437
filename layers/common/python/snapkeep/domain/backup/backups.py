"""Backups as people request and see them, and as people see them who may not learn about other namespaces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from snapkeep.domain.backup.runs import Run, Skipped, outcome
from snapkeep.domain.backup.selection import SkippedClaim, Taken
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Method


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """What a request would take and skip in a cluster now; `unmet` says what it would not get."""

    taken: tuple[Taken, ...]
    skipped: tuple[SkippedClaim, ...]
    method: Method
    unmet: str = ""


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """The current state of a run, a page of its points, and what it skipped.

    `following` is the cursor of the next page of points, "" at the end. `gone` says, by point id, why ready
    points have no snapshot in EC2 any more. `objects` are the Kubernetes objects that were saved with it, by
    namespace.
    """

    run: Run
    points: Sequence[Point] = ()
    skipped: Sequence[Skipped] = ()
    following: str = ""
    gone: Mapping[str, str] = field(default_factory=dict)
    objects: Sequence[Saved] = ()


def points_in(namespace: str, points: Iterable[Point]) -> list[Point]:
    """The points of a namespace, by id. Claims of other namespaces on their volumes are not named."""
    prefix = f"{namespace}/"
    mine = [
        replace(point, sharers=tuple(each for each in point.sharers if each.startswith(prefix)))
        for point in points
        if point.claim.namespace == namespace
    ]
    return sorted(mine, key=lambda point: point.id)


def skipped_in(namespace: str, skipped: Iterable[Skipped]) -> list[Skipped]:
    """What the run skipped in a namespace."""
    return [each for each in skipped if each.subject.startswith(f"{namespace}/")]


def run_in(run: Run, points: Sequence[Point], skipped: Sequence[Skipped]) -> Run:
    """The run as if it had these points and had skipped this, and nothing else."""
    states = Counter(point.state for point in points)
    counted = replace(
        run,
        total=len(points),
        ready=states[PointState.READY],
        failed=states[PointState.FAILED],
        late=sum(not point.state.is_final for point in points) if run.state.is_final else 0,
        skipped=dict(Counter(each.code for each in skipped)),
    )
    return replace(counted, state=outcome(counted)) if run.state.is_final else counted
