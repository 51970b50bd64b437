"""The journal: one DynamoDB table for runs, points and leases."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

INDEXES = {"points": ("point_id",), "open": ("open", "slot"), "runs": ("policy_key", "slot")}
"""Name and keys of the indexes; they hold only keys, and what they name is read again from the table."""


class JournalTable(Construct):
    """The table outlives its stack: `cdk destroy` keeps it, as it keeps every backup."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            time_to_live_attribute="expires_at",
        )
        for index, keys in INDEXES.items():
            self._add_index(index, *keys)

    def _add_index(self, name: str, partition: str, sort: str | None = None) -> None:
        self.table.add_global_secondary_index(
            index_name=name,
            partition_key=_text(partition),
            sort_key=_text(sort) if sort else None,
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )

    @property
    def name(self) -> str:
        """The table's name, as settings carry it."""
        return self.table.table_name

    def access(self, *actions: str) -> iam.PolicyStatement:
        """A statement that allows item actions (`GetItem`, …) on the table and its indexes."""
        return iam.PolicyStatement(
            sid="Journal",
            actions=[f"dynamodb:{action}" for action in actions],
            resources=[self.table.table_arn, f"{self.table.table_arn}/index/*"],
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
