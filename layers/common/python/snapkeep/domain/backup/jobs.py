"""Jobs: the bounded pieces of a run that travel through the queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from snapkeep.domain.points import Point

JOB_SIZE = 10
"""How many single points one job holds. A group always travels whole, in its own job."""


@dataclass(frozen=True, slots=True)
class Job:
    """Points of one run to create. `group` is set when they must be taken together."""

    run: str
    cluster: str
    points: tuple[str, ...]
    group: str = ""

    def to_json(self) -> str:
        """The job as the body of a queue message."""
        return json.dumps(
            {"run": self.run, "cluster": self.cluster, "points": list(self.points), "group": self.group}
        )


def job_from_json(body: str) -> Job:
    """The job a queue message carries. Raises ValueError when the body is not one."""
    try:
        document: Any = json.loads(body)
        return Job(
            run=str(document["run"]),
            cluster=str(document["cluster"]),
            points=tuple(str(point) for point in document["points"]),
            group=str(document["group"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a Snapkeep job: {body[:200]!r}") from error


def jobs_of(points: Sequence[Point], size: int = JOB_SIZE) -> Iterator[Job]:
    """Jobs that cover the points: one per group, then single points in batches of `size`."""
    alone = [point for point in points if not point.group]
    groups: dict[str, list[Point]] = {}
    for point in points:
        if point.group:
            groups.setdefault(point.group, []).append(point)
    for group, members in groups.items():
        yield _job(members, group)
    for start in range(0, len(alone), size):
        yield _job(alone[start : start + size], "")


def _job(points: Sequence[Point], group: str) -> Job:
    first = points[0]
    return Job(first.run, first.claim.cluster, tuple(point.id for point in points), group)
