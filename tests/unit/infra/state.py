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
