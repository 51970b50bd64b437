"""Pruning on request: the plan first, and then exactly the plan that was confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.prune_plans import PrunePlan
from snapkeep.ports import Pruner


@dataclass(frozen=True, slots=True)
class RequestPrune:
    """What the API offers about pruning."""

    deployment: Deployment
    pruner: Pruner

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do in a cluster now. Raises UnknownCluster."""
        self.deployment.known_cluster(cluster)
        return self.pruner.rehearse(cluster)

    def confirm(self, cluster: str, token: str) -> PrunePlan:
        """Start the plan of that token, if it still is the plan; returns it.

        Raises PermanentError when the plan is another one by now: what nobody saw is not confirmed.
        """
        plan = self.rehearse(cluster)
        if plan.refused:
            raise PermanentError(plan.refused)
        if plan.token != token:
            raise PermanentError(
                f"the plan of cluster {cluster} is not the confirmed one ({token}): it deletes "
                f"{plan.deleting} points now and its token is {plan.token}"
            )
        self.pruner.prune(cluster, token)
        return plan
