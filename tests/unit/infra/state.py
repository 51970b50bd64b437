"""What of a template holds state, and what CloudFormation would replace it for.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REPLACED_FOR: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::RestApi": (),
    "AWS::ApiGateway::Stage": ("RestApiId", "StageName"),
    "AWS::DynamoDB::Table": ("TableName", "KeySchema", "AttributeDefinitions", "LocalSecondaryIndexes"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage"),
    "AWS::Lambda::Function": ("FunctionName", "PackageType"),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::Scheduler::ScheduleGroup": ("Name",),
}
"""Kinds that hold data, messages, logs or a known address, and the properties that replace them."""


def state_in(document: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Logical id to the kind of each resource that holds state, and its properties that must stay."""
    return {
        name: (kind, {key: resource.get("Properties", {}).get(key) for key in REPLACED_FOR[kind]})
        for name, resource in document["Resources"].items()
        if (kind := resource["Type"]) in REPLACED_FOR
    }


def robbed_roles(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Policies that an update takes from a role in place, while functions still stand on that role.

    CloudFormation moves an AWS::IAM::Policy to other `Roles`, or puts a role of another name behind the
    same logical id, before it comes to the functions. What is gone from the template it deletes last.
    """
    policies = {
        name: each for name, each in before["Resources"].items() if each["Type"] == "AWS::IAM::Policy"
    }
    return {
        name
        for name, policy in policies.items()
        if name in after["Resources"]
        and _stand_on(before, policy) != _stand_on(after, after["Resources"][name])
    }


def _stand_on(document: Mapping[str, Any], policy: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    roles = [reference["Ref"] for reference in policy["Properties"]["Roles"]]
    named = [(role, document["Resources"][role]["Properties"]) for role in roles]
    return [(role, has.get("Path"), has.get("RoleName")) for role, has in named]
