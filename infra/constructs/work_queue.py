"""A queue for one function: it processes messages at its own rate, and each message fails alone."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from infra.constructs.failure_queue import failure_queue
from infra.constructs.python_function import PythonFunction

MAX_RECEIVES = 5
"""Attempts before a message goes to the failure queue."""

VISIBILITY_FACTOR = 6
"""How many function timeouts a message stays hidden, as Lambda recommends.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""


class WorkQueue(Construct):
    """A standard queue with a failure queue behind it (`queue`, `failures`)."""

    def __init__(
        self, scope: Construct, id: str, *, worker_timeout: Duration, hidden_for: Duration | None = None
    ) -> None:
        """`hidden_for`: how long a failed message stays hidden, if Lambda's advice is too long."""
        super().__init__(scope, id)
        self.failures = failure_queue(self, "Failures")
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(4),
            visibility_timeout=hidden_for
            or Duration.seconds(VISIBILITY_FACTOR * worker_timeout.to_seconds()),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.failures, max_receive_count=MAX_RECEIVES),
        )

    def feed(self, worker: PythonFunction, *, batch_size: int, max_concurrency: int) -> None:
        """Let the worker take batches from the queue, at most `max_concurrency` at once."""
        worker.target.add_event_source(
            SqsEventSource(
                self.queue,
                batch_size=batch_size,
                max_concurrency=max_concurrency,
                report_batch_item_failures=True,
            )
        )
