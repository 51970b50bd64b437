"""On-demand backups as people request and see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from snapkeep.domain.backup.runs import Run, Skipped
from snapkeep.domain.backup.selection import SkippedClaim, Taken
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.points import Point
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
