"""What a config says about saving Kubernetes objects, in words."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import Deployment, Policy

SAVES = {
    ObjectScope.WORKLOAD: "the claims of each run, what mounts them and what that names",
    ObjectScope.NAMESPACE: "all that people write in the namespaces of its claims",
}


def objects_in_words(policy: Policy, deployment: Deployment) -> Iterator[str]:
    """A line about the objects that a policy saves; none if it saves none."""
    if policy.objects is None:
        return
    custom = deployment.custom_kinds if policy.objects is ObjectScope.NAMESPACE else ()
    more = f" and {', '.join(custom)}" if custom else ""
    secrets = f"saved, encrypted under {policy.secrets_key}" if policy.secrets_key else "named and not saved"
    yield f"objects: {SAVES[policy.objects]}{more}; Secrets are {secrets}"
