"""A service control policy that keeps a deployment's backups, roles and code from everybody else.

Wildcards appear only in what is denied; exempt roles are named by exact ARN, so that nobody can create a role
that matches.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from snapkeep.domain import tags
from snapkeep_cli.config.role_names import role_arn, role_path

LONGEST = 5120
"""Characters in a service control policy, blanks included.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

DELETE = ("prune",)
LOCK = ("record_completion", "reconcile")
TAG = (
    "take_snapshots",
    "save_node",
    "record_completion",
    "reconcile",
    "finish_restores",
    "api",
    "copy_points",
)
SHARE = ("copy_points",)
"""The functions that need to; a test asks IAM whether the policy leaves each function all its rights."""

READ = (tags.MANAGED, tags.HOLD, tags.DEPLOYMENT, tags.CLUSTER, tags.POLICY, tags.POINT)
"""Tag keys by which IAM decides who owns a snapshot, and what the functions may do with it."""

CHANGES = ("Attach", "Create", "Delete", "Detach", "Put", "Tag", "Untag", "Update")
CODE = ("Add", "Create", "Delete", "Publish", "Put", "Remove", "Update")
STACK = ("Cancel", "Continue", "Create", "Delete", "Execute", "Rollback", "Set", "Update")

Statement = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Protected:
    """The deployments of some accounts, and who may change them.

    `deployers` and `break_glass` are ARNs, or names of roles in each account; `{account}` and `{region}` in
    them are replaced. `keys` are the ARNs of the KMS keys of backups; empty means every key.
    """

    accounts: Sequence[str]
    regions: Sequence[str]
    deployers: Sequence[str]
    break_glass: str = "break-glass"
    prefixes: Sequence[str] = ("snapkeep",)
    stacks: Sequence[str] = ("Snapkeep",)
    keys: Sequence[str] = ()
    partition: str = "aws"

    def functions(self, names: Iterable[str]) -> list[str]:
        """The roles of these functions in every account, Region and deployment."""
        places = product(self.accounts, self.prefixes, self.regions, names)
        return [
            role_arn(self.partition, account, prefix, region, name)
            for account, prefix, region, name in places
        ]

    def roles(self, *named: str) -> list[str]:
        """The ARNs of roles given in the form of `deployers`, each once."""
        places = product(named, self.accounts, self.regions)
        return list(dict.fromkeys(self._role(*place) for place in places))

    def _role(self, name: str, account: str, region: str) -> str:
        filled = name.replace("{account}", account).replace("{region}", region)
        whole = filled.startswith("arn:")
        return filled if whole else f"arn:{self.partition}:iam::{account}:role/{filled.lstrip('/')}"

    @property
    def snapshots(self) -> str:
        """Every snapshot, because a snapshot's ARN names no account."""
        return f"arn:{self.partition}:ec2:*::snapshot/*"


class Part(StrEnum):
    """A part of the policy; an account may have several denying policies."""

    ALL = "all"
    BACKUPS = "backups"
    DEPLOYMENT = "deployment"


def policy(of: Protected, part: Part = Part.ALL) -> dict[str, Any]:
    """The policy document, or one part: about snapshots, bin and keys, or about roles, code and stack."""
    backups = () if part is Part.DEPLOYMENT else (*_backups(of), *_places(of))
    deployment = () if part is Part.BACKUPS else _deployment(of)
    return {"Version": "2012-10-17", "Statement": [*backups, *deployment]}


def _backups(of: Protected) -> tuple[Statement, ...]:
    """Snapshots, their locks and their tags."""
    ours = {"StringEquals": {f"aws:ResourceTag/{tags.MANAGED}": "true"}}
    glass = of.roles(of.break_glass)
    by_hand = {
        "ForAnyValue:StringLike": {"aws:TagKeys": "snapkeep:*"},
        "Null": {"ec2:CreateAction": "true"},
    }
    no_keys = {"Null": {"aws:TagKeys": "true"}}
    spelled = {
        "ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": list(READ)},
        "ForAllValues:StringNotEquals": {"aws:TagKeys": list(READ)},
    }
    never = ["ec2:ModifySnapshotAttribute", "ec2:ModifySnapshotTier", "ec2:UnlockSnapshot"]
    return (
        _deny("OnlyPruneDeletes", ["ec2:DeleteSnapshot"], of.snapshots, ours, of.functions(DELETE) + glass),
        # The function that shares has no right to the other two; a statement of its own would not fit.
        _deny("NobodyUnlocksSharesArchives", never, of.snapshots, ours, of.functions(SHARE) + glass),
        _deny("OnlySnapkeepLocks", ["ec2:LockSnapshot"], of.snapshots, ours, of.functions(LOCK) + glass),
        _deny(
            "OnlySnapkeepTags",
            ["ec2:CreateTags", "ec2:DeleteTags"],
            of.snapshots,
            by_hand,
            of.functions(TAG) + glass,
        ),
        # Without keys DeleteTags removes every tag, and nothing here protects snapshots without our tags.
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
        _deny("NobodyTakesAllTags", ["ec2:DeleteTags"], of.snapshots, ours | no_keys, glass),
        # Next to a tag Snapkeep:Managed, IAM does not see snapkeep:managed, even if that is written later, as
        # on snapshots that EKS Auto Mode cuts. Drivers and functions write these keys with our spelling;
        # OnlySnapkeepTags denies it to everybody else.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
        _deny("NobodySpellsOtherwise", ["ec2:CreateTags"], of.snapshots, spelled, glass),
    )


def _places(of: Protected) -> tuple[Statement, ...]:
    """The Recycle Bin, public access, the keys without which no backup can be read, and the account itself.

    An account that leaves its organization escapes this policy. A key in a disconnected custom key store
    decrypts nothing; IAM has no narrower resource than all stores.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
    """
    opening = [
        "rbin:DeleteRule",
        "rbin:UpdateRule",
        "rbin:UnlockRule",
        "ec2:DisableSnapshotBlockPublicAccess",
        "kms:DisconnectCustomKeyStore",
        "kms:UpdateCustomKeyStore",
        "organizations:LeaveOrganization",
        "account:CloseAccount",
    ]
    ending = ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial"]
    glass = of.roles(of.break_glass)
    return (
        _deny("NobodyOpensOrLeaves", opening, "*", {}, glass),
        _deny("NobodyEndsKeys", ending, list(of.keys) or "*", {}, glass),
    )


def _deployment(of: Protected) -> tuple[Statement, ...]:
    """The roles and the code, and the roles that can change both."""
    glass, deployers = of.roles(of.break_glass), of.roles(*of.deployers)
    iam = [f"iam:{verb}*" for verb in CHANGES]
    changes = [
        *iam,
        "iam:PassRole",
        "sts:AssumeRole",
        *(f"lambda:{verb}*" for verb in CODE),
        *(f"cloudformation:{verb}*" for verb in STACK),
    ]
    ours = [
        *(f"arn:{of.partition}:iam::*:role{role_path(prefix)}*" for prefix in of.prefixes),
        *(f"arn:{of.partition}:lambda:*:*:function:{prefix}-*" for prefix in of.prefixes),
        *(f"arn:{of.partition}:cloudformation:*:*:stack/{stack}/*" for stack in of.stacks),
    ]
    return (
        _deny("OnlyDeployersDeploy", changes, ours + deployers, {}, deployers + glass),
        _deny("NobodyMakesBreakGlass", iam, glass, {}, glass),
    )


def _deny(
    sid: str, actions: list[str], resources: str | list[str], when: Statement, spared: list[str]
) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Action": actions,
        "Resource": resources,
        "Condition": {**when, "ArnNotEquals": {"aws:PrincipalArn": spared}},
    }
