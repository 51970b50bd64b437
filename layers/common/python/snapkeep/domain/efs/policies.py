"""The policies that back up file systems of EFS."""

from __future__ import annotations

from snapkeep.domain.policies import Deployment, Policy


def on_efs(deployment: Deployment) -> tuple[Policy, ...]:
    """The policies of a deployment with the method `aws-backup`; their slots start no runs."""
    return tuple(policy for policy in deployment.policies if not policy.method.is_of_volumes)
