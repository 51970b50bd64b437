"""Recovery points are copied by a vault in another account, which the test plays by plain AWS calls.

The source is deployed as its config says; the vault believes EC2 and the account of the envelope.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.dynamodb.values import decode
from snapkeep.domain import tags
from tests.integration.deployed import Deployed, config_of, deployed, until
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

HOME, OSAKA = "ap-northeast-2", "ap-northeast-3"
SOURCE, VAULT, STRANGER = "111122223333", "222233334444", "333344445555"
BUS, ANSWERS = "snapkeep-vault", f"arn:aws:events:{HOME}:{SOURCE}:event-bus/snapkeep-answers"
RULE = {"to": "vault", "every": "day"}
POLICIES = [
    {"name": name, "method": "ebs", "copies": [RULE]} for name in ("asked", "unheard", "unwelcome", "keyless")
]
ANSWERED = {"Source": "snapkeep.copies", "DetailType": "Snapkeep Copy Answered", "EventBusName": ANSWERS}


class Vault:
    """A vault account: a bus that lets the source in, a queue of requests, and a key."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.ec2, self.sqs, events, kms = (
            sandbox.client(each, OSAKA, VAULT) for each in ("ec2", "sqs", "events", "kms")
        )
        self.events_at_home = sandbox.client("events", HOME, VAULT)
        self.ec2_at_home = sandbox.client("ec2", HOME, VAULT)
        self.key = kms.create_key()["KeyMetadata"]["Arn"]
        self.source_key = _open_key(sandbox)
        events.create_event_bus(Name=BUS)
        events.put_permission(
            EventBusName=BUS, StatementId="source", Action="events:PutEvents", Principal=SOURCE
        )
        self.url = self.sqs.create_queue(QueueName="wanted")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        pattern = json.dumps({"detail-type": ["Snapkeep Copy Wanted"], "account": [SOURCE]})
        events.put_rule(Name="wanted", EventBusName=BUS, EventPattern=pattern)
        events.put_targets(Rule="wanted", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])

    def wanted(self) -> list[dict[str, Any]]:
        """The requests since the last call."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        events = [json.loads(message["Body"]) for message in found]
        assert {event["account"] for event in events} <= {SOURCE}
        return [event["detail"] for event in events]

    def shared(self) -> list[str]:
        """The source's snapshots that the vault may copy."""
        found = self.ec2_at_home.describe_snapshots(OwnerIds=[SOURCE], RestorableByUserIds=["self"])
        return [each["SnapshotId"] for each in found["Snapshots"]]

    def copy(self, request: dict[str, Any]) -> str:
        """Copy what was asked for, to the end; returns the id of the copy."""
        made = self.ec2.copy_snapshot(
            SourceRegion=request["region"],
            SourceSnapshotId=request["snapshot"],
            Encrypted=True,
            KmsKeyId=self.key,
        )["SnapshotId"]
        self.sandbox.aws.advance(timedelta(seconds=30), only="none")
        (shown,) = self.ec2.describe_snapshots(SnapshotIds=[made])["Snapshots"]
        assert shown["State"] == "completed", shown
        return str(made)

    def answer(self, request: dict[str, Any], outcome: str, **more: str) -> dict[str, Any]:
        """An answer to a request, as an entry for the source's bus."""
        detail = {
            **{name: request[name] for name in ("version", "deployment", "place", "snapshot")},
            "point": request["tags"][tags.POINT],
            "outcome": outcome,
            "region": OSAKA,
            "answered_at": self.sandbox.aws.now().isoformat(),
            "copy": "",
            "kms_key": "",
            "locked_until": "",
            "reason": "",
            **more,
        }
        return ANSWERED | {"Detail": json.dumps(detail)}

    def say(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Put an answer on the source's bus."""
        answer = self.events_at_home.put_events(Entries=[entry])
        self.sandbox.aws.wait_idle()
        return dict(answer["Entries"][0])


def _open_key(sandbox: Sandbox) -> str:
    """A key of the source that the vault may use; returns its ARN."""
    roots = [f"arn:aws:iam::{account}:root" for account in (SOURCE, VAULT)]
    statement = {"Effect": "Allow", "Principal": {"AWS": roots}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(sandbox.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder: Path = tmp_path_factory.mktemp("asking")
    places = {"vault": {"region": OSAKA, "account": VAULT}}
    with deployed(folder, config_of(*POLICIES, places=places)) as product:
        product.sandbox.aws.settings(functions_follow_clock=True)
        yield product


@pytest.fixture(scope="module")
def vault(product: Deployed) -> Vault:
    return Vault(product.sandbox)


def turn(product: Deployed) -> dict[str, Any]:
    """What copy_points reports of the vault, once no other invocation works on it."""

    def report() -> dict[str, Any] | None:
        (found,) = product.invoke("copy-points", {})["places"]
        return None if found["busy"] else dict(found)

    product.sandbox.aws.wait_idle()
    return until(report, "the place to be free")


def asked(product: Deployed, vault: Vault, policy: str) -> dict[str, Any]:
    """The request for the ready point of a new claim under this policy."""
    product.make_claims(policy, 1, vault.source_key)
    product.backup(policy)
    product.until_closed(policy)
    report = turn(product)
    assert (len(report["started"]), report["given_up"]) == (1, {})
    (request,) = vault.wanted()
    return request


def record(product: Deployed, policy: str) -> dict[str, Any]:
    """The journal's record of the copy of a policy's point."""
    items = product.sandbox.client("dynamodb").query(
        TableName=product.outputs["JournalTableName"],
        KeyConditionExpression="pk = :place",
        ExpressionAttributeValues={":place": {"S": "COPIES#vault"}},
    )["Items"]
    plain = [{name: decode(value) for name, value in item.items()} for item in items]
    (found,) = [item for item in plain if item.get("policy") == policy]
    return found


def is_held(product: Deployed, policy: str) -> bool:
    (snapshot,) = product.snapshots(policy)
    return tags.HOLD in snapshot.tags


def test_a_point_is_shared_copied_by_the_vault_and_not_shared_any_more(
    product: Deployed, vault: Vault
) -> None:
    request = asked(product, vault, "asked")
    (source,) = product.snapshots("asked")
    assert request["snapshot"] == source.id and request["tags"].items() <= source.tags.items()
    assert vault.shared() == [source.id] and is_held(product, "asked")

    copy = vault.copy(request)
    entry = vault.answer(request, "ready", copy=copy, kms_key=vault.key)
    for _ in range(3):
        assert "ErrorCode" not in vault.say(entry)
    found = record(product, "asked")
    assert (found["stage"], found["snapshot_id"], found["kms_key"]) == ("ready", copy, vault.key)
    assert vault.shared() == [] and not is_held(product, "asked")
    assert turn(product)["started"] == [] and vault.wanted() == []


def test_what_others_say_is_not_heard_and_what_got_lost_is_asked_again(
    product: Deployed, vault: Vault
) -> None:
    request = asked(product, vault, "unheard")
    forged = vault.answer(request, "ready", copy="snap-0fffffffffffffff0", kms_key=vault.key)
    strangers = product.sandbox.client("events", HOME, STRANGER).put_events(Entries=[forged])["Entries"]
    assert strangers[0]["ErrorCode"] == "AccessDeniedException"
    assert "ErrorCode" in vault.say(forged | {"DetailType": "Snapkeep Copy Wanted"})
    product.sandbox.client("events", HOME).put_events(Entries=[forged])
    vault.say(vault.answer(request | {"snapshot": "snap-0123456789abcdef0"}, "refused", reason="no"))
    product.sandbox.aws.wait_idle()
    assert record(product, "unheard")["stage"] == "copying"

    product.sandbox.aws.advance(timedelta(hours=3), only="none")
    assert len(turn(product)["started"]) == 1
    (again,) = vault.wanted()
    assert again["snapshot"] == request["snapshot"]
    vault.say(vault.answer(again, "ready", copy=vault.copy(again), kms_key=vault.key))
    assert record(product, "unheard")["stage"] == "ready"
    assert vault.shared() == []


def test_a_refused_point_is_given_up_with_the_vaults_reason(product: Deployed, vault: Vault) -> None:
    request = asked(product, vault, "unwelcome")
    vault.say(vault.answer(request, "refused", reason="the cluster myeks is not of this source"))
    found = record(product, "unwelcome")
    assert found["stage"] == "given-up"
    assert found["reason"] == "vault says: the cluster myeks is not of this source"
    assert vault.shared() == [] and not is_held(product, "unwelcome")


def test_a_claim_under_the_key_of_aws_is_named_and_never_shared(product: Deployed, vault: Vault) -> None:
    product.make_claims("keyless", 1)
    product.backup("keyless")
    product.until_closed("keyless")
    report = turn(product)
    assert report["late"]["keyless/bulk-0000 (keyless)"].startswith("cannot be copied: key arn:aws:kms:")
    assert (report["started"], vault.shared(), vault.wanted()) == ([], [], [])


def test_the_doctor_says_whether_the_bus_lets_the_source_in(
    product: Deployed, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / "snapkeep.yaml"
    place = {"region": OSAKA, "account": VAULT, "kms_key": vault.key}
    path.write_text(json.dumps(config_of(*POLICIES, places={"vault": place})))
    mine = product.sandbox.environment()
    keys = {name: mine[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}

    def looked() -> dict[str, str]:
        ended = snapkeep(product, "doctor", "--config", str(path), "-o", "json", **keys)
        (found,) = json.loads(ended.stdout)["places"]
        return {f"{each['check']}, {each['verdict']}": each["text"] for each in found["findings"]}

    bus, seen = vault.sandbox.client("events", OSAKA, VAULT), looked()
    assert f"accepts events from account {SOURCE}" in seen["bus, ok"]
    assert "management account of the organization" in seen["separation, problem"]  # as ministack has it
    assert vault.wanted() == []
    bus.remove_permission(EventBusName=BUS, StatementId="source")
    assert f"accepts no events from account {SOURCE}" in looked()["bus, problem"]
    bus.put_permission(EventBusName=BUS, StatementId="source", Action="events:PutEvents", Principal=SOURCE)
