"""Serves a slot of a policy that backs up file systems."""

from __future__ import annotations

from dataclasses import dataclass, replace

from snapkeep.domain.errors import PermanentError
from snapkeep.domain.messages import BackupRequest
from snapkeep.domain.policies import Deployment, Method, Policy
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.services.backup.check_slot import CheckSlot, RefusedSlot
from snapkeep.services.efs.back_up import BackUpFileSystems, EfsReport
from snapkeep.services.tell_troubles import TellTroubles

CLAIMS = "claims"
"""The subject of a cluster that does not say which claims it has."""


@dataclass(frozen=True, slots=True)
class ServeSlot:
    """Begins the backups of a slot once, for all clusters of the policy: they may share file systems."""

    deployment: Deployment
    check_slot: CheckSlot
    back_up: BackUpFileSystems
    tell: TellTroubles

    def run(self, request: BackupRequest, invocation: str) -> EfsReport | RefusedSlot:
        """Begin the backups of the slot, or refuse one that the policy's schedule does not have.

        Raises PermanentError when no such policy backs up file systems, and TemporaryError when EFS or the
        journal does not answer.
        """
        policy = self._policy(request)
        refused = self.check_slot.check(replace(request, cluster=policy.clusters[0]), invocation)
        if refused:
            return refused
        report = self.back_up.run(policy.name, request.slot)
        for cluster in policy.clusters:
            topic = Topic(TroubleKind.FILE_SYSTEMS_NOT_BACKED_UP, cluster, policy.name)
            self.tell.tell(topic, _troubles(cluster, request, report))
        return report

    def _policy(self, request: BackupRequest) -> Policy:
        policy = self.deployment.policy(request.policy)
        if policy is None or policy.method.is_of_volumes:
            raise PermanentError(
                f"the deployment has no policy {request.policy!r} of method {Method.AWS_BACKUP}: deploy "
                "again, so that schedules and config agree"
            )
        return policy


def _troubles(cluster: str, request: BackupRequest, report: EfsReport) -> dict[str, str]:
    """What kept claims of a cluster out of a slot, by claim; a cluster that answered with all of them has
    none."""
    found = {each.subject: each.reason for each in report.skipped.get(cluster, ())}
    if cluster in report.silent:
        found[CLAIMS] = (
            f"{cluster} did not list its claims at {moment(request.slot)}, so the backups name the claims of "
            f"earlier backups and no newer ones: {report.silent[cluster]}"
        )
    return found
