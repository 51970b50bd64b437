"""What several functions do: read, send, publish, start, use the deployment's key and network."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.permissions.conditions import when
from snapkeep.domain.metrics import SERVICE


def describe(*kinds: str) -> iam.PolicyStatement:
    """Read `Snapshots`, `Images` and so on; EC2 has no narrower resource for Describe calls."""
    return iam.PolicyStatement(
        sid="Describe", actions=[f"ec2:Describe{kind}" for kind in kinds], resources=["*"]
    )


def describe_clusters(stack: Stack, clusters: Sequence[str]) -> iam.PolicyStatement:
    """Read the endpoint and certificate authority of these clusters."""
    return iam.PolicyStatement(
        sid="DescribeClusters",
        actions=["eks:DescribeCluster"],
        resources=[
            stack.format_arn(service="eks", resource="cluster", resource_name=name) for name in clusters
        ],
    )


def send_messages(queue_arn: str) -> iam.PolicyStatement:
    """Send to one queue."""
    return iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue_arn])


def put_events(stack: Stack, bus: str) -> iam.PolicyStatement:
    """Publish to one event bus of this account and Region, only in our own name.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    return iam.PolicyStatement(
        sid="Announce",
        actions=["events:PutEvents"],
        resources=[stack.format_arn(service="events", resource="event-bus", resource_name=bus)],
        conditions={
            "ForAllValues:StringEquals": {"events:source": SERVICE},
            "Null": {"events:source": "false"},
        },
    )


def invoke(function_arn: str) -> iam.PolicyStatement:
    """Start one function."""
    return iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn])


KEY_USES = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
"""What DynamoDB and SQS do with a customer's key on behalf of their caller.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""


def use_key(stack: Stack, key_arn: str) -> iam.PolicyStatement:
    """Let only DynamoDB and SQS use this key on the role's behalf."""
    services = [f"{service}.{stack.region}.{stack.url_suffix}" for service in ("dynamodb", "sqs")]
    return iam.PolicyStatement(
        sid="UseKey",
        actions=[f"kms:{action}" for action in KEY_USES],
        resources=[key_arn],
        conditions=when("StringEquals", {"kms:ViaService": services}),
    )


NETWORK_INTERFACES = (
    "AssignPrivateIpAddresses",
    "CreateNetworkInterface",
    "DeleteNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "UnassignPrivateIpAddresses",
)


def join_network(function_arn: str) -> tuple[iam.PolicyStatement, ...]:
    """Let Lambda put a function into a VPC, and keep the function's own code from doing the same.

    Lambda requires these on every resource.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    actions = [f"ec2:{action}" for action in NETWORK_INTERFACES]
    return (
        iam.PolicyStatement(sid="NetworkInterfaces", actions=actions, resources=["*"]),
        iam.PolicyStatement(
            sid="OnlyByLambda",
            effect=iam.Effect.DENY,
            actions=actions,
            resources=["*"],
            conditions=when("ArnEquals", {"lambda:SourceFunctionArn": function_arn}),
        ),
    )
