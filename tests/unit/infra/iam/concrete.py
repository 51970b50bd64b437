"""A synthesized template with real names in it: what references mean once it is deployed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.unit.infra.template import Resource, Template, listed

ACCOUNT = "111122223333"
REGION = "ap-northeast-2"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::URLSuffix": "amazonaws.com"}

ARNS = {
    "AWS::ApiGateway::RestApi": "arn:aws:execute-api:{region}:{account}:{id}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{Name}",
    "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{id}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role{Path}{RoleName}",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{id}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{LogGroupName}:*",
    "AWS::Scheduler::ScheduleGroup": "arn:aws:scheduler:{region}:{account}:schedule-group/{Name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{id}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{id}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{id}",
}
"""What the ARN of a resource looks like; `{id}` stands for a name that CloudFormation makes."""

REF_IS_ARN = ("AWS::SNS::Topic",)


@dataclass(frozen=True)
class Concrete:
    """The template of a stack in an account and Region REGION."""

    template: Template
    account: str = ACCOUNT

    def arn(self, logical_id: str) -> str:
        """The ARN of a resource by its logical id."""
        resource = self.template.document["Resources"][logical_id]
        names = {
            key: value for key, value in resource.get("Properties", {}).items() if isinstance(value, str)
        }
        return ARNS[resource["Type"]].format(id=logical_id, account=self.account, region=REGION, **names)

    def policy(self, document: Resource) -> dict[str, Any]:
        """A policy document without references, each statement named `s0`, `s1` and so on."""
        statements = [self.value(each) for each in listed(document["Statement"])]
        named = [each | {"Sid": f"s{number}"} for number, each in enumerate(statements)]
        return {"Version": "2012-10-17", "Statement": named}

    def value(self, value: Any) -> Any:
        """A value of the template, every reference in it replaced."""
        match value:
            case {"Ref": name}:
                return self._ref(name)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self.arn(name)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.value(part) for part in parts)
            case dict():
                return {key: self.value(each) for key, each in value.items()}
            case list():
                return [self.value(each) for each in value]
        return value

    def _ref(self, name: str) -> str:
        if name == "AWS::AccountId":
            return self.account
        if name in PSEUDO:
            return PSEUDO[name]
        if self.template.document["Resources"][name]["Type"] in REF_IS_ARN:
            return self.arn(name)
        return name


def roles(concrete: Concrete) -> dict[str, dict[str, Any]]:
    """Policy by role: functions by their name, the roles of schedules as `start <function>`.

    The role that API Gateway writes its log with has only a policy that AWS manages, and is left out.
    """
    template = concrete.template
    found = {
        _function_name(each): concrete.policy({"Statement": template.statements_of(each["Role"])})
        for each in template.resources("Lambda::Function").values()
    }
    for schedule in template.resources("Scheduler::Schedule").values():
        target = schedule["Target"]
        name = f"start {_function_name(template.at(target['Arn']))}"
        found[name] = concrete.policy({"Statement": template.statements_of(target["RoleArn"])})
    return found


def _function_name(function: Resource) -> str:
    name: str = function["FunctionName"]
    return name.removeprefix("snapkeep-").replace("-", "_")


def granted(policy: dict[str, Any]) -> set[tuple[str, str]]:
    """Each statement of a policy with each action that it allows."""
    return {(each["Sid"], action) for each in policy["Statement"] for action in listed(each["Action"])}


def shown(policy: dict[str, Any], sid: str) -> str:
    """One statement as text, for messages."""
    return json.dumps(next(each for each in policy["Statement"] if each["Sid"] == sid))
