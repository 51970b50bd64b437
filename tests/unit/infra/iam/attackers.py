"""Others in the account, with the policies they have: what the table's attackers are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from snapkeep_cli.config.role_names import role_arn, starter
from tests.unit.infra.iam.concrete import ACCOUNT, REGION

POLICIES = Path(__file__).parents[4] / "docs" / "policies"
FULL: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
SNAPSHOTS = "arn:aws:ec2:*:*:snapshot/*"
GUARDS = ("protect-backups", "protect-deployment", "protect-copies")
GUARDED = " under the organization's guard"
DEPLOYERS = (
    f"cdk-snapkeep-deploy-role-{ACCOUNT}-{REGION}",
    f"cdk-snapkeep-cfn-exec-role-{ACCOUNT}-{REGION}",
    "pipeline",
)
"""Whom docs/policies/protect-deployment.json lets deploy."""


def _allow(*statements: tuple[list[str], str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": resource}
            | ({"Condition": conditions} if conditions else {})
            for actions, resource, conditions in statements
        ],
    }


DRIVER = _allow(
    (["ec2:DeleteSnapshot"], SNAPSHOTS, {"StringLike": {"ec2:ResourceTag/CSIVolumeSnapshotName": "*"}}),
    (["ec2:DeleteSnapshot"], SNAPSHOTS, {"StringLike": {"ec2:ResourceTag/ebs.csi.aws.com/cluster": "true"}}),
    (["ec2:DeleteTags"], SNAPSHOTS, {}),
)
"""What AmazonEBSCSIDriverPolicy allows on snapshots that exist.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicy.html
"""

NODE = _allow((["ec2:DescribeInstances", "ec2:DescribeVolumes", "eks:DescribeCluster"], "*", {}))
"""What of AmazonEKSWorkerNodePolicy touches anything of ours.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSWorkerNodePolicy.html
"""


@dataclass(frozen=True)
class Principal:
    """A role by its ARN, its policies, and the organization's guards above it (docs/policies)."""

    arn: str
    identity: tuple[dict[str, Any], ...] = ()
    guards: tuple[str, ...] = ()

    @property
    def service_control(self) -> tuple[dict[str, Any], ...]:
        """The organization's policies: AWS's FullAWSAccess, and ours that deny."""
        ours = [each for name in self.guards for each in _example(name)["Statement"]]
        return (FULL | {"Statement": [*FULL["Statement"], *ours]},) if ours else ()


def principals(roles: Mapping[str, dict[str, Any]]) -> dict[str, Principal]:
    """Everybody in the table by name, given the policies of our roles."""
    others = {
        "namespace admin": Principal(_arn("shop-pods")),
        "node role": Principal(_arn("nodes"), (NODE,)),
        "EBS CSI driver": Principal(_arn("ebs-csi-driver"), (DRIVER,)),
        f"EBS CSI driver{GUARDED}": Principal(_arn("ebs-csi-driver"), (DRIVER,), guards=GUARDS),
        f"administrator{GUARDED}": Principal(_arn("admin"), (FULL,), guards=GUARDS),
        f"Snapkeep-PruneRoleEvil{GUARDED}": Principal(_arn("Snapkeep-PruneRoleEvil"), (FULL,), guards=GUARDS),
        f"take_snapshots with every right{GUARDED}": Principal(
            _arn_of("take_snapshots"), (FULL,), guards=GUARDS
        ),
        f"deployer{GUARDED}": Principal(_arn(DEPLOYERS[1]), (FULL,), guards=GUARDS),
        f"break-glass{GUARDED}": Principal(_arn("break-glass"), (FULL,), guards=GUARDS),
        "stolen caller of shop": Principal(_arn("shop"), (_example("namespace-caller"),)),
        "lister of shop's files": Principal(_arn("lister"), (_example("list-files"),)),
        "fetcher of shop's files": Principal(_arn("fetcher"), (_example("fetch-files"),)),
    }
    ours = {name: Principal(_arn_of(name), (policy,)) for name, policy in roles.items()}
    guarded = {f"{name}{GUARDED}": replace(each, guards=GUARDS) for name, each in ours.items()}
    return others | ours | guarded


def _arn_of(name: str) -> str:
    """The ARN of a role of the stack; `start prune` is the one that starts prune."""
    function = name.removeprefix("start ")
    return role_arn("aws", ACCOUNT, "snapkeep", REGION, function if function == name else starter(function))


def _example(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((POLICIES / f"{name}.json").read_text())
    return document


def _arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"
