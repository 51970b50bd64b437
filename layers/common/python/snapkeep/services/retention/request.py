"""Pruning on request: the plan, a prune at once, and deletions that the brake refused."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.brake_refusals import unknown_token
from snapkeep.domain.retention.prune_plans import PrunePlan
from snapkeep.ports.messaging import Pruner


@dataclass(frozen=True, slots=True)
class RequestPrune:
    """What the API offers about pruning."""

    deployment: Deployment
    pruner: Pruner

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do in a cluster now. Raises UnknownCluster."""
        self.deployment.known_cluster(cluster)
        return self.pruner.rehearse(cluster)

    def start(self, cluster: str, token: str = "") -> PrunePlan:
        """Start a prune, which the brake holds to its measure; returns the plan as it is now.

        `token` confirms one refusal of the brake. Raises PermanentError when nothing is refused under it.
        """
        plan = self.rehearse(cluster)
        if plan.refused:
            raise PermanentError(plan.refused)
        if token and token not in [refusal.token for refusal in plan.refusals]:
            raise PermanentError(f"cluster {cluster}: {unknown_token(token, plan.refusals)}")
        self.pruner.prune(cluster, token)
        return plan
