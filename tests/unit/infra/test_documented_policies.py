"""The policies of docs/team.md let deploy the stack, look at it and use its API, and no more."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from infra.permissions.copies import KEY_USES
from snapkeep_cli.config.role_names import role_arn
from tests.unit.infra.template import Template, listed

POLICIES = Path(__file__).parents[3] / "docs" / "policies"
TEAM = POLICIES.parent / "team.md"


def statements(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((POLICIES / f"{name}.json").read_text())["Statement"]
    return found


def actions(name: str) -> set[str]:
    return {action for each in statements(name) for action in listed(each["Action"])}


def is_allowed(name: str, action: str, resource: str) -> bool:
    return any(
        any(fnmatchcase(action, each) for each in listed(statement["Action"]))
        and any(fnmatchcase(resource, each) for each in listed(statement["Resource"]))
        for statement in statements(name)
    )


@pytest.mark.parametrize("options", ["template", "full_template", "efs_template"])
def test_the_deployer_may_make_every_kind_of_resource(options: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(options)
    kinds = {each["Type"] for each in template.document["Resources"].values()}
    services = {kind.split("::")[1].lower() for kind in kinds if kind.startswith("AWS::")} - {"cdk"}

    assert {
        service for service in services if not any(a.startswith(f"{service}:") for a in actions("deploy"))
    } == set()


def test_the_deployer_may_make_the_roles_of_the_stack_and_no_others(template: Template) -> None:
    for logical, role in template.resources("IAM::Role").items():
        properties = role if "AssumeRolePolicyDocument" in role else role["Properties"]
        name = properties.get("RoleName", f"Snapkeep-{logical}-1ABC")
        arn = f"arn:aws:iam::111122223333:role{properties.get('Path', '/')}{name}"
        assert is_allowed("deploy", "iam:PassRole", arn), arn

    assert not is_allowed("deploy", "iam:CreateRole", "arn:aws:iam::111122223333:role/admin")
    assert not any(action.startswith("iam:") and "*" in action for action in actions("deploy"))


def test_the_deployer_reaches_neither_backups_nor_other_data() -> None:
    assert not is_allowed("deploy", "ec2:DeleteSnapshot", "arn:aws:ec2:ap-northeast-2::snapshot/snap-1")
    assert not is_allowed(
        "deploy", "backup:DeleteRecoveryPoint", "arn:aws:backup:ap-northeast-2:1:recovery-point:1"
    )
    assert not is_allowed("deploy", "s3:GetObject", "arn:aws:s3:::payroll/2026.csv")
    assert not is_allowed(
        "deploy", "lambda:InvokeFunction", "arn:aws:lambda:ap-northeast-2:1:function:payroll"
    )


def test_who_looks_changes_nothing() -> None:
    reading = ("Describe", "Get", "List")

    assert {each for each in actions("look") if not each.split(":")[1].startswith(reading)} == set()


def test_who_is_on_call_has_the_api_alone() -> None:
    assert actions("on-call") == {"cloudformation:DescribeStacks", "execute-api:Invoke"}


def test_each_policy_is_explained() -> None:
    told = TEAM.read_text()

    assert [name for name in ("deploy", "look", "on-call") if f"policies/{name}.json" not in told] == []


def test_the_key_of_a_source_is_opened_to_what_copies_in_its_vault_and_no_further() -> None:
    reading, granting = statements("vault-key")
    role = role_arn("aws", "222233334444", "snapkeep", "ap-northeast-2", "pull_copies")

    assert set(reading["Action"]) == {f"kms:{action}" for action in KEY_USES}
    assert granting["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    for each in (reading, granting):
        assert each["Principal"] == {"AWS": "arn:aws:iam::222233334444:root"}
        assert each["Condition"]["ArnEquals"] == {"aws:PrincipalArn": role}


def test_the_rule_of_a_vaults_recycle_bin_is_one_that_can_be_locked() -> None:
    """Only a rule for the whole Region can.
    https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-concepts.html
    """
    rule = json.loads((POLICIES / "vault-bin.json").read_text())
    model = botocore.session.get_session().get_service_model("rbin")

    report = ParamValidator().validate(rule, model.operation_model("CreateRule").input_shape)
    assert not report.has_errors(), report.generate_report()
    assert "ResourceTags" not in rule and "ExcludeResourceTags" not in rule
    assert 7 <= rule["LockConfiguration"]["UnlockDelay"]["UnlockDelayValue"] <= 30
