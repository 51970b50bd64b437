"""Having a vault in another account copy recovery points: the source may share and ask, the vault answer."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import Owner, all_of, ours, snapshot_arn, when
from snapkeep.domain.copies.places import Place
from snapkeep.domain.vault.asked import answers_to
from snapkeep.domain.vault.vault import Vault


def share_with_vaults(stack: Stack, owner: Owner, vaults: Sequence[Place]) -> tuple[iam.PolicyStatement, ...]:
    """Share our points with the accounts of these vaults and nobody else, and stop sharing them.

    ForAllValues passes requests without the key, so that it must be there; groups share with everybody.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    accounts = sorted({vault.account for vault in vaults})
    shared = {
        **when("ForAllValues:StringEquals", {"ec2:Add/userId": accounts}),
        **when("Null", {"ec2:Add/userId": "false", "ec2:Add/group": "true"}),
    }
    ended = when("Null", {"ec2:Remove/userId": "false", "ec2:Add/userId": "true", "ec2:Add/group": "true"})
    return tuple(
        iam.PolicyStatement(
            sid=sid,
            actions=["ec2:ModifySnapshotAttribute"],
            resources=[snapshot_arn(stack)],
            conditions=all_of(ours("ResourceTag", owner), conditions),
        )
        for sid, conditions in (("ShareWithVaults", shared), ("StopSharing", ended))
    )


def ask_vaults(vaults: Sequence[Place]) -> iam.PolicyStatement:
    """Put requests on the buses of these vaults, which their policies must allow as well."""
    return iam.PolicyStatement(
        sid="AskVaults",
        actions=["events:PutEvents"],
        resources=sorted({vault.vault_bus for vault in vaults}),
    )


def answer_sources(vault: Vault) -> iam.PolicyStatement:
    """Put answers on the buses of the sources of this vault, which their policies must allow as well."""
    return iam.PolicyStatement(
        sid="AnswerSources",
        actions=["events:PutEvents"],
        resources=sorted({answers_to(source) for source in vault.sources}),
    )
