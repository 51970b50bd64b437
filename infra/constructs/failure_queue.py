"""Where messages go that nobody could handle: kept as long as SQS keeps anything."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

KEPT = Duration.days(14)
"""The longest retention SQS knows.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""


def failure_queue(scope: Construct, id: str) -> sqs.Queue:
    """A dead-letter queue."""
    return sqs.Queue(scope, id, retention_period=KEPT, encryption=sqs.QueueEncryption.SQS_MANAGED)
