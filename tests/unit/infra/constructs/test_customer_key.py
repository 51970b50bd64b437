"""With a key of the customer's nothing is encrypted by another, and who needs it may use it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.infra.conftest import FUNCTIONS, KEY
from tests.unit.infra.template import Resource, Template, listed

PAGE = Path(__file__).parents[4] / "docs" / "customer-key.md"


def test_without_one_aws_owns_the_keys(template: Template) -> None:
    assert "kms:Decrypt" not in set().union(*(template.actions(name) for name in FUNCTIONS))
    assert "KmsMasterKeyId" not in json.dumps(template.document)


def test_everything_that_holds_data_is_encrypted_with_it(full_template: Template) -> None:
    (table,) = full_template.resources("DynamoDB::Table").values()
    queues = full_template.resources("SQS::Queue").values()
    topics = full_template.resources("SNS::Topic").values()
    groups = full_template.resources("Logs::LogGroup").values()

    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    assert {queue["KmsMasterKeyId"] for queue in queues} == {KEY}
    assert not [queue for queue in queues if "SqsManagedSseEnabled" in queue]
    assert {topic["KmsMasterKeyId"] for topic in topics} == {KEY}
    assert {group["KmsKeyId"] for group in groups} == {KEY}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_uses_it_through_the_journal_and_queues_alone(full_template: Template, name: str) -> None:
    statement = full_template.statement(name, "UseKey")

    assert statement["Resource"] == KEY
    assert [action for action in statement["Action"] if "*" in action] == []
    services = json.dumps(statement["Condition"]["StringEquals"]["kms:ViaService"])
    assert "dynamodb.ap-northeast-2." in services and "sqs.ap-northeast-2." in services


def test_scheduler_may_write_to_its_encrypted_failure_queue(full_template: Template) -> None:
    for schedule in full_template.resources("Scheduler::Schedule").values():
        statements = full_template.statements_of(schedule["Target"]["RoleArn"])
        assert "UseKey" in {statement.get("Sid") for statement in statements}


def test_the_documented_key_policy_names_every_service_that_delivers(full_template: Template) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    policy: dict[str, Any] = json.loads(shown)
    named = set().union(*(services(statement) for statement in policy["Statement"]))
    delivering = set[str]()
    for kind in ("SQS::QueuePolicy", "SNS::TopicPolicy"):
        for resource in full_template.resources(kind).values():
            delivering |= set().union(*map(services, resource["PolicyDocument"]["Statement"]))

    assert delivering == {"events.amazonaws.com", "cloudwatch.amazonaws.com"}
    assert named == {*delivering, "logs.REGION.amazonaws.com"}


def services(statement: Resource) -> set[str]:
    """The AWS services that a statement is for."""
    return set(listed(statement["Principal"].get("Service", [])))
