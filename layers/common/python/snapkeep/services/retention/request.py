"""Pruning on request: the plan, an immediate prune, and confirming refused deletions."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.brake_refusals import unknown_token
from snapkeep.domain.retention.prune_plans import PrunePlan
from snapkeep.ports.messaging import Pruner


@dataclass(frozen=True, slots=True)
class RequestPrune:
    """The API's operations on pruning."""

    deployment: Deployment
    pruner: Pruner

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do in a cluster now. Raises UnknownCluster."""
        self.deployment.known_cluster(cluster)
        return self.pruner.rehearse(cluster)

    def start(self, cluster: str, token: str = "") -> PrunePlan:
        """Start a prune, subject to the brake; returns the present plan.

        `token` confirms one refusal of the brake. Raises PermanentError when nothing is refused under it.
        """
        plan = self.rehearse(cluster)
        if plan.refused:
            raise PermanentError(plan.refused)
        if token and token not in [refusal.token for refusal in plan.refusals]:
            raise PermanentError(f"cluster {cluster}: {unknown_token(token, plan.refusals)}")
        self.pruner.prune(cluster, token)
        return plan
