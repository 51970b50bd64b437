"""A vault deployed into an account of its own, beside a source in the sandbox's, and keys for both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.deploy import deploy
from sandbox.launch import Sandbox
from snapkeep.adapters.dynamodb.values import decode
from tests.integration.synthesis import synthesize

HOME, OSAKA = "ap-northeast-2", "ap-northeast-3"
POLICIES = Path(__file__).parents[2] / "docs" / "policies"
SOURCE, VAULT, STRANGER = "111122223333", "222233334444", "333344445555"


@dataclass
class DeployedVault:
    """A vault in account VAULT, with its administrator's clients; `key` encrypts its copies."""

    sandbox: Sandbox
    region: str
    key: str
    outputs: dict[str, str]

    def client(self, service: str, region: str = "") -> Any:
        """An administrator's boto3 client in the vault's account."""
        return self.sandbox.client(service, region or self.region, VAULT)

    def invoke(self, function: str, message: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function of the vault; AssertionError with its error when it fails."""
        answer = self.client("lambda").invoke(
            FunctionName=f"snapkeep-{function}", Payload=json.dumps(message).encode()
        )
        document: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, document
        return document

    def copies(self) -> list[dict[str, Any]]:
        """The snapshots of the vault's account, with their tags by key."""
        found = self.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
        return [{**each, "Tags": {tag["Key"]: tag["Value"] for tag in each["Tags"]}} for each in found]

    def shared(self) -> list[str]:
        """The source's snapshots that the vault's account may copy."""
        ec2 = self.client("ec2", HOME)
        found = ec2.describe_snapshots(OwnerIds=[SOURCE], RestorableByUserIds=["self"])["Snapshots"]
        return [each["SnapshotId"] for each in found]


def deploy_vault(
    sandbox: Sandbox, region: str, folder: Path, lend_to: Sequence[str] = (), **source: Any
) -> DeployedVault:
    """The stack of a vault in this Region, whose only source, `prod`, is account SOURCE in HOME."""
    key = sandbox.client("kms", region, VAULT).create_key()["KeyMetadata"]["Arn"]
    prod = {"account": SOURCE, "region": HOME, "clusters": ["myeks"], **source}
    vault = {
        "region": region,
        "kms_key": key,
        "retention": {"daily": 3},
        "lock": {"mode": "governance", "days": 7},
        "lend_to": list(lend_to),
        "sources": {"prod": prod},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "vault.yaml"
    path.write_text(json.dumps({"vault": vault}))
    assembly = synthesize(path, folder / "cdk.out")
    stack, *_ = deploy(assembly, partial(sandbox.client, account=VAULT))
    return DeployedVault(sandbox, region, key, stack.outputs)


def open_key(sandbox: Sandbox, *regions: str) -> str:
    """A key of the source that is open to the vaults in these Regions, as docs/vault.md says; returns its
    ARN."""
    ours = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{SOURCE}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    added = json.loads(
        (POLICIES / "vault-key.json").read_text().replace(f"-{HOME}-pull-copies", "-REGION-pull-copies")
    )["Statement"]
    theirs = [json.loads(json.dumps(added).replace("REGION", region)) for region in regions]
    statements = [ours, *(each for listed in theirs for each in listed)]
    for number, each in enumerate(statements):
        each["Sid"] = f"S{number}"
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return str(sandbox.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


def records(client: Any, table: str, place: str) -> list[dict[str, Any]]:
    """The journal's records of the copies in a place."""
    items = client.query(
        TableName=table,
        KeyConditionExpression="pk = :place",
        ExpressionAttributeValues={":place": {"S": f"COPIES#{place}"}},
    )["Items"]
    return [{name: decode(value) for name, value in item.items()} for item in items]
