"""How a recovery point is taken: by its policy, or by the request of its run."""

from __future__ import annotations

from snapkeep.domain.backup.runs import spec_of_run
from snapkeep.domain.points import Point
from snapkeep.domain.policies import INTERRUPTION, ON_DEMAND, BackupSpec, Deployment, Method
from snapkeep.ports.runs import Runs

BEFORE_A_NODE_DIES = BackupSpec(name=INTERRUPTION, method=Method.EBS, group_fallback=True)
"""Only two minutes are left, so the members of a group that EC2 refuses are always taken one by one."""


def spec_of_point(point: Point, deployment: Deployment, runs: Runs) -> BackupSpec | None:
    """How the point is taken; None if the config does not name its policy (any more)."""
    if point.policy == INTERRUPTION:
        return BEFORE_A_NODE_DIES
    if point.policy != ON_DEMAND:
        return deployment.policy(point.policy)
    run = runs.run(point.run)
    return spec_of_run(run, deployment) if run else None
