"""No AWS service can be talked into acting here for somebody else.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.acknowledgements import TRUSTED_WITHOUT_SOURCE
from tests.unit.infra.template import Resource, Template

RESOURCE_POLICIES = ("SQS::QueuePolicy", "SNS::TopicPolicy")


FOR_FILE_SYSTEMS = {"backup.amazonaws.com"}
"""Services whose roles only the stack of a deployment that backs up file systems has."""


@pytest.fixture(params=["template", "full_template", "efs_template"])
def either(request: pytest.FixtureRequest) -> Template:
    """The stack as it is, with every option, and with what backs up file systems."""
    found: Template = request.getfixturevalue(request.param)
    return found


def sources(statement: Resource) -> Iterator[object]:
    """The sources that a statement is limited to."""
    for keys in statement.get("Condition", {}).values():
        yield from (value for key, value in keys.items() if key == "aws:SourceArn")


def test_every_resource_policy_names_the_source(either: Template) -> None:
    statements = [
        statement
        for kind in RESOURCE_POLICIES
        for policy in either.resources(kind).values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]

    assert len(statements) > 5
    for statement in statements:
        assert statement["Principal"].keys() == {"Service"}
        assert len(list(sources(statement))) == 1


def test_every_function_names_who_may_start_it_for_what(either: Template) -> None:
    granted = either.resources("Lambda::Permission").values()

    assert granted
    assert [item for item in granted if not item.get("SourceArn")] == []


def test_every_role_names_the_source_where_aws_knows_one(either: Template) -> None:
    without = set()
    for role in either.resources("IAM::Role").values():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            service = statement["Principal"]["Service"]
            if not list(sources(statement)):
                without.add(service)
            else:
                assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]

    backs_up = bool(either.resources("Backup::BackupVault"))
    assert without == set(TRUSTED_WITHOUT_SOURCE) - (set() if backs_up else FOR_FILE_SYSTEMS)
