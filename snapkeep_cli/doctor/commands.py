"""The commands that fix what the doctor finds, ready to paste into a shell."""

from __future__ import annotations

import shlex

from snapkeep.domain.policies import USUAL_NAME
from snapkeep_cli.deployment import DEFAULT_CONFIG
from snapkeep_cli.doctor.facts import Visit

CDK = "npx cdk"
"""The CLI pinned in package-lock.json, installed by `npm ci`; npm's `latest` cannot read our assemblies."""

VIEWER = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"
"""Lets somebody read everything and change nothing.
https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""

DEPLOYED_BY_DEFAULT = {"stack": "Snapkeep", "prefix": USUAL_NAME}
"""The defaults of `infra` without context settings."""


def aws(visit: Visit, *words: str) -> str:
    """An AWS CLI command in the Region of the cluster."""
    return shlex.join(["aws", *words, "--region", visit.region])


def eks(visit: Visit, operation: str, *words: str) -> str:
    """An AWS CLI command about the cluster."""
    return aws(visit, "eks", operation, "--cluster-name", visit.cluster, *words)


def let_in(visit: Visit, principal: str) -> str:
    """Lets the caller read the whole cluster, and no more."""
    who = ("--principal-arn", principal)
    policy = ("--policy-arn", VIEWER, "--access-scope", "type=cluster")
    return (
        f"{eks(visit, 'create-access-entry', *who)} && {eks(visit, 'associate-access-policy', *who, *policy)}"
    )


def manifests(visit: Visit) -> str:
    """Applies our manifests to the cluster."""
    words = ["snapkeep", "manifests", "--cluster", visit.cluster]
    words += [] if visit.config == str(DEFAULT_CONFIG) else ["--config", visit.config]
    words += [] if visit.prefix == USUAL_NAME else ["--prefix", visit.prefix]
    return shlex.join(words) + " | kubectl apply -f -"


def mend_key(visit: Visit, key: str, state: str) -> str:
    """Makes a KMS key usable again, or shows it."""
    enable = aws(visit, "kms", "enable-key", "--key-id", key)
    if state == "Disabled":
        return enable
    if state == "PendingDeletion":
        return f"{aws(visit, 'kms', 'cancel-key-deletion', '--key-id', key)} && {enable}"
    return aws(visit, "kms", "describe-key", "--key-id", key)


def deploy(visit: Visit) -> str:
    """Deploys the stack, and those of its places: with several the CDK CLI asks which."""
    usual = {"config": str(DEFAULT_CONFIG), **DEPLOYED_BY_DEFAULT}
    context = [
        f"-c {shlex.quote(f'{key}={getattr(visit, key)}')}"
        for key in usual
        if getattr(visit, key) != usual[key]
    ]
    return " ".join(["npm ci &&", CDK, "deploy --all", *context])
