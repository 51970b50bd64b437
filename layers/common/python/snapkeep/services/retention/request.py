"""Pruning on request: the plan, an immediate prune, and confirming refused deletions."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.messages import FILE_SYSTEMS
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.brake_refusals import unknown_token
from snapkeep.domain.retention.prune_plans import PrunePlan
from snapkeep.domain.vault.vault import Vault
from snapkeep.ports.messaging import Pruner


@dataclass(frozen=True, slots=True)
class RequestPrune:
    """The API's operations on pruning."""

    deployment: Deployment
    pruner: Pruner

    def rehearse(self, cluster: str, place: str = "") -> PrunePlan:
        """What prune would do in a cluster now, or to its copies in a place, which in a vault is a source.
        Raises UnknownCluster, and NotFound for a place that the config does not name. Instead of a cluster
        FILE_SYSTEMS means the recovery points of all file systems, and raises NotFound if no policy makes
        any."""
        if cluster == FILE_SYSTEMS:
            return self._of_file_systems()
        if self.deployment.vault:
            _check_source(self.deployment.vault, cluster, place)
            return self.pruner.rehearse(cluster, place)
        self.deployment.known_cluster(cluster)
        if place and place not in [each.name for each in self.deployment.places]:
            known = ", ".join(each.name for each in self.deployment.places) or "none"
            raise NotFound(f"snapkeep.yaml names no place {place}; its places: {known}")
        return self.pruner.rehearse(cluster, place)

    def _of_file_systems(self) -> PrunePlan:
        if not self.deployment.file_system_policies:
            raise NotFound("no policy in snapkeep.yaml backs up file systems (`method: aws-backup`)")
        return self.pruner.rehearse(FILE_SYSTEMS)

    def start(self, cluster: str, token: str = "", place: str = "") -> PrunePlan:
        """Start a prune, subject to the brake; returns the present plan.

        `token` confirms one refusal of the brake. Raises PermanentError when nothing is refused under it.
        """
        plan = self.rehearse(cluster, place)
        if plan.refused:
            raise PermanentError(plan.refused)
        if token and token not in [refusal.token for refusal in plan.refusals]:
            scope = plan.cluster if cluster == FILE_SYSTEMS else f"cluster {plan.cluster}"
            raise PermanentError(f"{scope}: {unknown_token(token, plan.refusals)}")
        self.pruner.prune(cluster, token, place)
        return plan


def _check_source(vault: Vault, cluster: str, place: str) -> None:
    """Raise NotFound unless the vault names a source of that name with that cluster."""
    source = vault.source(place)
    if source is None or cluster not in source.clusters:
        known = ", ".join(f"{name} of {each.name}" for each in vault.sources for name in each.clusters)
        if not place:
            raise NotFound(f"a vault prunes the copies of a source, and none is named; it has {known}")
        raise NotFound(f"this vault has no cluster {cluster} of source {place}; it has {known}")
