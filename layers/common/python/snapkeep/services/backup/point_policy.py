"""The policy that a recovery point is taken by: its own, or what the wish of its run says."""

from __future__ import annotations

from snapkeep.domain.backup.runs import policy_of_run
from snapkeep.domain.points import Point
from snapkeep.domain.policies import (
    INTERRUPTION,
    ON_DEMAND,
    Deployment,
    Method,
    Policy,
    Schedule,
    Selection,
)
from snapkeep.ports.journal import Journal


def policy_of_point(point: Point, deployment: Deployment, journal: Journal) -> Policy | None:
    """How the point is taken; None when the config does not name its policy (any more)."""
    if point.policy == INTERRUPTION:
        return _interruption(point.claim.cluster)
    if point.policy != ON_DEMAND:
        return deployment.policy(point.policy)
    run = journal.runs.run(point.run)
    return policy_of_run(run, deployment) if run else None


def _interruption(cluster: str) -> Policy:
    """Two minutes are left: a group that EC2 refuses is taken one by one, whatever."""
    return Policy(
        name=INTERRUPTION,
        clusters=(cluster,),
        selection=Selection(),
        schedule=Schedule("", enabled=False),
        method=Method.EBS,
        retention={},
        group_fallback=True,
    )
