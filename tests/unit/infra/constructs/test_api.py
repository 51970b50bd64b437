"""api: explicit signed routes, and a function that may restore and hold but not delete."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from snapkeep.domain.vault.borrower import Borrow
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize
from tests.unit.infra.conftest import DEPLOYMENT, synthesized, template_of
from tests.unit.infra.stacks.test_large_stacks import check_formula
from tests.unit.infra.template import Template, arns


def test_every_method_asks_for_a_signature(template: Template) -> None:
    methods = template.resources("ApiGateway::Method").values()
    assert {method["AuthorizationType"] for method in methods} == {"AWS_IAM"}


def test_no_route_catches_whatever_comes(template: Template) -> None:
    parts = {part["PathPart"] for part in template.resources("ApiGateway::Resource").values()}
    assert not {part for part in parts if part.endswith("+}")}


def test_it_may_look_hold_and_tell_and_never_delete(template: Template) -> None:
    actions = template.actions("api")
    assert {action for action in actions if action.startswith("ec2:")} == {
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeImages",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "ec2:ListSnapshotsInRecycleBin",
    }
    statements = [template.statement("api", sid) for sid in ("Hold", "LiftHold")]
    keys = {tuple(each["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"]) for each in statements}
    assert keys == {("snapkeep:hold",)}


def test_requests_are_throttled_and_those_that_make_something_more(template: Template) -> None:
    (stage,) = template.resources("ApiGateway::Stage").values()
    limits = {
        (item["HttpMethod"], item["ResourcePath"]): item["ThrottlingRateLimit"]
        for item in stage["MethodSettings"]
    }
    assert limits[("*", "/*")] == 20
    for thing in ("backups", "prune", "restores"):
        assert limits[("POST", f"/~1v1~1clusters~1{{cluster}}~1{thing}")] == 2


def test_the_access_log_tells_who_asked_for_what(template: Template) -> None:
    (stage,) = template.resources("ApiGateway::Stage").values()
    logged = json.loads(stage["AccessLogSetting"]["Format"])
    assert logged["caller"] == "$context.identity.userArn"
    assert logged["requestId"] == "$context.requestId"


def test_the_function_answers_before_the_gateway_gives_up(template: Template) -> None:
    assert template.function("api")["Timeout"] < 29


def test_only_this_api_may_invoke_the_function(template: Template) -> None:
    found: list[dict[str, Any]] = [
        permission
        for permission in template.resources("Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert len(found) == 1
    assert "SourceArn" in found[0]


def test_it_may_touch_copies_only_where_they_are_adopted(
    template: Template, adopting_template: Template
) -> None:
    sids = {"LendToCopies", "TakeBackFromCopies"}
    assert not sids & {each.get("Sid") for each in template.statements("api")}
    assert sids <= {each.get("Sid") for each in adopting_template.statements("api")}


def test_it_may_copy_only_what_the_configs_lenders_have_lent(tmp_path: Path) -> None:
    lender, key = "222233334444", "arn:aws:kms:ap-northeast-2:111122223333:key/1"
    deployment = replace(DEPLOYMENT, adopt=True, borrow=Borrow((lender,), key))
    stack = template_of(synthesized(tmp_path, StackOptions(), deployment=deployment))
    new = stack.statement("api", "NewLoans")["Condition"]
    assert new["StringEquals"] == {
        "aws:RequestTag/snapkeep:managed": "copy",
        "aws:RequestTag/snapkeep:place": "loan",
    }
    assert "ebs.csi.aws.com/cluster" not in new["ForAllValues:StringEquals"]["aws:TagKeys"]
    assert stack.statement("api", "LentSnapshots")["Condition"] == {"StringEquals": {"ec2:Owner": [lender]}}
    theirs = f"arn:<Partition>:kms:*:{lender}:key/*"
    for sid in ("UseKeysOfLoans", "GrantKeysOfLoans"):
        assert arns(stack.statement("api", sid)) == {theirs, key}
        assert "kms:ViaService" in stack.statement("api", sid)["Condition"]["StringLike"]
    assert not {"ec2:DeleteSnapshot", "ec2:ModifySnapshotAttribute"} & stack.actions("api")
    check_formula(stack, StackSize(2, 2, borrows=True))


def test_in_a_vault_it_may_look_and_ask_and_touches_no_snapshot(vault_stack: Template) -> None:
    assert {
        action for action in vault_stack.actions("api") if action.startswith(("ec2:", "kms:", "eks:"))
    } == {
        "ec2:DescribeImages",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeSnapshots",
    }
    parts = {part["PathPart"] for part in vault_stack.resources("ApiGateway::Resource").values()}
    assert {"copies", "status", "report", "prune", "loans"} <= parts
    assert not {"restores", "backups", "coverage", "recovery-points", "hold", "try"} & parts


def test_a_deployment_with_clusters_has_no_route_of_a_vault(template: Template) -> None:
    assert "loans" not in {part["PathPart"] for part in template.resources("ApiGateway::Resource").values()}
