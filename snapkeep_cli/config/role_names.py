"""The IAM roles of a deployment: fixed names, so that an organization's policy can name them exactly.

Read by `infra`, which creates the roles, and by `snapkeep policies protect`, which prints that policy.
"""

from __future__ import annotations

LONGEST_NAME = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def role_path(prefix: str) -> str:
    """The IAM path of all roles of a deployment: `/snapkeep/`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    return f"/{prefix}/"


def role_name(prefix: str, region: str, purpose: str) -> str:
    """The name of one role, without its path: `snapkeep-ap-northeast-2-prune` for `prune`.

    An account has one set of role names for all Regions and paths, so each name contains the deployment
    and the Region. No name is ambiguous: no purpose begins with a Region.
    """
    return f"{prefix}-{region}-{purpose.replace('_', '-')}"


def role_arn(partition: str, account: str, prefix: str, region: str, purpose: str) -> str:
    """The ARN of one role in an account, such as arn:aws:iam::ACCOUNT:role/snapkeep/NAME."""
    return f"arn:{partition}:iam::{account}:role{role_path(prefix)}{role_name(prefix, region, purpose)}"


def starter(function: str) -> str:
    """The purpose of the role with which EventBridge Scheduler starts a function."""
    return f"start_{function}"
