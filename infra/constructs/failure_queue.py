"""Where unhandled messages go: kept as long as SQS keeps anything, with an immediate alarm."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.alarms import alarm

KEPT = Duration.days(14)
"""SQS's longest retention.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""


def failure_queue(scope: Construct, id: str) -> sqs.Queue:
    """A dead-letter queue with its alarm."""
    queue = sqs.Queue(scope, id, retention_period=KEPT, encryption=sqs.QueueEncryption.SQS_MANAGED)
    alarm(
        scope,
        f"{id}NotEmpty",
        metric=queue.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(5), statistic=cloudwatch.Stats.MAXIMUM
        ),
        says=f"messages that could not be handled are in the queue of {scope.node.path}",
        runbook="messages-undelivered",
    )
    return queue
