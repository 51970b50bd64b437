"""The customer's key for everything that holds data, and the right to use it for the roles that need it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

from infra import permissions


def encrypt(stack: Stack, key_arn: str, roles: Sequence[iam.Role]) -> None:
    """Encrypt journal, queues, topic and logs of the stack, and let these roles use the key for them.

    Called last, so that it finds everything. The key's own policy must let the delivering AWS services use
    it: see docs/customer-key.md.
    """
    for construct in stack.node.find_all():
        _encrypt(construct, key_arn)
    for role in roles:
        role.add_to_policy(permissions.use_key(stack, key_arn))


def _encrypt(resource: IConstruct, key_arn: str) -> None:
    match resource:
        case dynamodb.CfnTable():
            resource.sse_specification = dynamodb.CfnTable.SSESpecificationProperty(
                sse_enabled=True, sse_type="KMS", kms_master_key_id=key_arn
            )
        case sqs.CfnQueue():
            resource.sqs_managed_sse_enabled = None
            resource.kms_master_key_id = key_arn
        case sns.CfnTopic():
            resource.kms_master_key_id = key_arn
        case logs.CfnLogGroup():
            resource.kms_key_id = key_arn
