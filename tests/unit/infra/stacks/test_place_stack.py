"""The stack of a place: one rule that forwards to the home Region, and the role for that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aws_cdk import App

from infra.deployment_config import DeploymentConfig
from infra.stacks.place_stack import PlaceStack
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import BOUNDARY, COPIED
from tests.unit.infra.template import Template, arns

HOME = "arn:<Partition>:events:ap-northeast-2:<AccountId>:event-bus/default"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Template:
    app = App(outdir=str(tmp_path_factory.mktemp("place") / "cdk.out"))
    options = StackOptions(permissions_boundary=BOUNDARY)
    config = DeploymentConfig(deployment=COPIED, region="ap-northeast-2", options=options)
    PlaceStack(app, config=config, place=COPIED.places[0])
    stack = app.synth().get_stack_by_name("Snapkeep-osaka")
    assert stack.environment.region == "ap-northeast-3"
    return Template(json.loads(Path(stack.template_full_path).read_text()))


def test_it_forwards_only_copies_of_this_account_that_ended(place: Template) -> None:
    (rule,) = place.resources("Events::Rule").values()
    assert rule["EventPattern"] == {
        "source": ["aws.ec2"],
        "detail-type": ["EBS Snapshot Notification"],
        "account": [{"Ref": "AWS::AccountId"}],
        "detail": {"event": ["copySnapshot"]},
    }
    (target,) = rule["Targets"]
    assert arns({"Resource": target["Arn"]}) == {HOME}


def test_its_role_may_do_nothing_else_and_has_the_boundary(place: Template) -> None:
    (role,) = place.resources("IAM::Role").values()
    (policy,) = place.resources("IAM::Policy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], arns(statement)) == ("events:PutEvents", {HOME})
    assert role["PermissionsBoundary"] == BOUNDARY


def test_only_its_rule_may_take_the_role(place: Template) -> None:
    (role,) = place.resources("IAM::Role").values()
    (rule,) = place.resources("Events::Rule").values()
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    (source,) = arns({"Resource": trust["Condition"]["ArnEquals"]["aws:SourceArn"]})
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert source == f"arn:<Partition>:events:ap-northeast-3:<AccountId>:rule/{rule['Name']}"


def test_it_holds_nothing_else(place: Template) -> None:
    kinds = sorted(each["Type"] for each in place.document["Resources"].values())
    assert kinds == ["AWS::Events::Rule", "AWS::IAM::Policy", "AWS::IAM::Role"]
