"""A scheduled run as far as it concerns one namespace, for people who may not learn about others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from snapkeep.domain.backup.runs import Run, Skipped, outcome
from snapkeep.domain.points import Point, PointState


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
