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
from snapkeep.domain.copies import tags as copy_tags
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
    "check_points",
    "archive_points",
)
SHARE = ("copy_points",)
ARCHIVE = ("archive_points",)
PASS = ("back_up_file_systems", "restore_file_systems")
"""The functions that need to; a test asks IAM whether the policy leaves each function all its rights."""

DELETE_COPIES = ("prune_copies",)
LOCK_COPIES = ("copy_points",)
TAG_COPIES = ("copy_points", "finish_restores", "api", "check_points")
"""The same for copies; `finish_restores` and `api` hold those that are restored from, and `check_points`
notes what it found."""

LOCK_IN_VAULT = ("pull_copies",)
TAG_IN_VAULT = ("pull_copies", "lend_copies")
LEND = ("lend_copies",)
"""The same in a vault; `lend_copies` shares and holds what is lent, and grants its key."""

READ = (tags.MANAGED, tags.HOLD, tags.DEPLOYMENT, tags.CLUSTER, tags.POLICY, tags.POINT)
"""Tag keys by which IAM decides who owns a snapshot, and what the functions may do with it."""

READ_ON_COPIES = (tags.MANAGED, tags.HOLD, tags.DEPLOYMENT, tags.CLUSTER, tags.POLICY, copy_tags.PLACE)
"""The same for copies."""

NEVER = ("ec2:ModifySnapshotAttribute", "ec2:ModifySnapshotTier", "ec2:UnlockSnapshot")
"""Sharing, archiving and unlocking a snapshot."""

CHANGES = ("Attach", "Create", "Delete", "Detach", "Put", "Tag", "Untag", "Update")
CODE = ("Add", "Create", "Delete", "Publish", "Put", "Remove", "Update")
STACK = ("Cancel", "Continue", "Create", "Delete", "Execute", "Rollback", "Set", "Update")

Statement = dict[str, Any]

BY_HAND: Statement = {
    "ForAnyValue:StringLike": {"aws:TagKeys": "snapkeep:*"},
    "Null": {"ec2:CreateAction": "true"},
}
"""A request writes or removes tags of ours on a snapshot that exists."""
NO_KEYS: Statement = {"Null": {"aws:TagKeys": "true"}}


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
    """What to print; an account may have several denying policies, and all of it does not fit into one.

    `BACKUPS` and `DEPLOYMENT` belong together, with `COPIES` where points are copied. `VAULT` is for the
    account of a vault, beside `DEPLOYMENT`.
    """

    BACKUPS = "backups"
    DEPLOYMENT = "deployment"
    COPIES = "copies"
    VAULT = "vault"


def policy(of: Protected, part: Part) -> dict[str, Any]:
    """The policy document: about snapshots; about roles, code, stack, bin and keys; about copies; or about
    those in a vault."""
    return {"Version": "2012-10-17", "Statement": [*_statements(of, part)]}


def _statements(of: Protected, part: Part) -> tuple[Statement, ...]:
    match part:
        case Part.BACKUPS:
            return _backups(of)
        case Part.DEPLOYMENT:
            return (*_deployment(of), *_places(of))
        case Part.COPIES:
            return _copies(of)
        case Part.VAULT:
            return (*_vault(of), *_places(of))


def _backups(of: Protected) -> tuple[Statement, ...]:
    """Snapshots, their locks and their tags."""
    ours = {"StringEquals": {f"aws:ResourceTag/{tags.MANAGED}": "true"}}
    glass = of.roles(of.break_glass)
    share, archive, unlock = NEVER
    return (
        _deny("OnlyPruneDeletes", ["ec2:DeleteSnapshot"], of.snapshots, ours, of.functions(DELETE) + glass),
        # The function that shares has no right to unlock.
        _deny("NobodyUnlocksShares", [share, unlock], of.snapshots, ours, of.functions(SHARE) + glass),
        _deny("OnlySnapkeepArchives", [archive], of.snapshots, ours, of.functions(ARCHIVE) + glass),
        _deny("OnlySnapkeepLocks", ["ec2:LockSnapshot"], of.snapshots, ours, of.functions(LOCK) + glass),
        _deny(
            "OnlySnapkeepTags",
            ["ec2:CreateTags", "ec2:DeleteTags"],
            of.snapshots,
            BY_HAND,
            of.functions(TAG) + glass,
        ),
        # Without keys DeleteTags removes every tag, and nothing here protects snapshots without our tags.
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
        _deny("NobodyTakesAllTags", ["ec2:DeleteTags"], of.snapshots, ours | NO_KEYS, glass),
        # Next to a tag Snapkeep:Managed, IAM does not see snapkeep:managed, even if that is written later, as
        # on snapshots that EKS Auto Mode cuts. Drivers and functions write these keys with our spelling;
        # OnlySnapkeepTags denies it to everybody else.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
        _deny("NobodySpellsOtherwise", ["ec2:CreateTags"], of.snapshots, _spelled(READ), glass),
    )


def _copies(of: Protected) -> tuple[Statement, ...]:
    """Copies, their locks and their tags, in every Region: who deletes and locks them is not who does so with
    points, and nobody shares them."""
    copies = {"StringEquals": {f"aws:ResourceTag/{tags.MANAGED}": copy_tags.COPY}}
    glass = of.roles(of.break_glass)
    tag, lock = ["ec2:CreateTags", "ec2:DeleteTags"], of.functions(LOCK_COPIES) + glass
    delete, retag = of.functions(DELETE_COPIES) + glass, of.functions(TAG_COPIES) + glass
    return (
        _deny("OnlyPruneCopiesDeletes", ["ec2:DeleteSnapshot"], of.snapshots, copies, delete),
        _deny("NobodyUnlocksSharesArchivesCopies", [*NEVER], of.snapshots, copies, glass),
        _deny("OnlyCopyPointsLocks", ["ec2:LockSnapshot"], of.snapshots, copies, lock),
        _deny("OnlySnapkeepTagsCopies", tag, of.snapshots, copies | BY_HAND, retag),
        _deny("NobodyTakesAllTagsOfCopies", ["ec2:DeleteTags"], of.snapshots, copies | NO_KEYS, glass),
        _deny("NobodySpellsOtherwise", ["ec2:CreateTags"], of.snapshots, _spelled(READ_ON_COPIES), glass),
    )


def _vault(of: Protected) -> tuple[Statement, ...]:
    """Copies in a vault: who deletes them can do nothing else with them, nor can who locks or lends them.

    A grant gives the use of a key to another account without its policy; EBS makes its own in our name.
    """
    copies = {"StringEquals": {f"aws:ResourceTag/{tags.MANAGED}": copy_tags.COPY}}
    own = {"BoolIfExists": {"kms:GrantIsForAWSResource": "false"}}
    glass = of.roles(of.break_glass)
    share, archive, unlock = NEVER
    tag, retag = ["ec2:CreateTags", "ec2:DeleteTags"], of.functions(TAG_IN_VAULT) + glass
    delete, lend = of.functions(DELETE_COPIES) + glass, of.functions(LEND) + glass
    keys = list(of.keys) or "*"
    return (
        _deny("OnlyPruneCopiesDeletes", ["ec2:DeleteSnapshot"], of.snapshots, copies, delete),
        _deny("OnlyLendCopiesShares", [share], of.snapshots, copies, lend),
        _deny("NobodyUnlocksArchivesCopies", [unlock, archive], of.snapshots, copies, glass),
        _deny(
            "OnlyPullCopiesLocks",
            ["ec2:LockSnapshot"],
            of.snapshots,
            copies,
            of.functions(LOCK_IN_VAULT) + glass,
        ),
        _deny("OnlySnapkeepTagsCopies", tag, of.snapshots, copies | BY_HAND, retag),
        _deny("NobodyTakesAllTagsOfCopies", ["ec2:DeleteTags"], of.snapshots, copies | NO_KEYS, glass),
        _deny("NobodySpellsOtherwise", ["ec2:CreateTags"], of.snapshots, _spelled(READ_ON_COPIES), glass),
        _deny("OnlyLendCopiesGrants", ["kms:CreateGrant"], keys, own, lend),
        _deny("NobodyOpensKeys", ["kms:PutKeyPolicy"], keys, {}, glass),
    )


def _spelled(keys: Sequence[str]) -> Statement:
    """A request writes one of these keys in another spelling."""
    return {
        "ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": list(keys)},
        "ForAllValues:StringNotEquals": {"aws:TagKeys": list(keys)},
    }


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
    """The roles, the code and the vault of file systems, and the roles that can change them."""
    glass, deployers = of.roles(of.break_glass), of.roles(*of.deployers)
    passing = deployers + of.functions(PASS) + glass
    iam = [f"iam:{verb}*" for verb in CHANGES]
    changes = [
        *(*iam, "sts:AssumeRole"),
        # The policy of a vault of file systems keeps everybody else from their recovery points.
        *("backup:Delete*", "backup:Put*"),
        *(f"lambda:{verb}*" for verb in CODE),
        *(f"cloudformation:{verb}*" for verb in STACK),
    ]
    roles = [f"arn:{of.partition}:iam::*:role{role_path(prefix)}*" for prefix in of.prefixes]
    ours = [
        *roles,
        *(f"arn:{of.partition}:backup:*:*:backup-vault:{prefix}-efs" for prefix in of.prefixes),
        *(f"arn:{of.partition}:lambda:*:*:function:{prefix}-*" for prefix in of.prefixes),
        *(f"arn:{of.partition}:cloudformation:*:*:stack/{stack}/*" for stack in of.stacks),
    ]
    return (
        _deny("OnlyDeployersDeploy", changes, ours + deployers, {}, deployers + glass),
        _deny("OnlySnapkeepPasses", ["iam:PassRole"], roles + deployers, {}, passing),
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
