"""The queue of jobs on SQS: a standard queue made fair by the cluster's name.

MessageGroupId on a standard queue keeps one busy cluster from starving the others.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.session import chunks, our_errors
from snapkeep.domain.errors import TemporaryError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from snapkeep.domain.backup.jobs import Job

BATCH = 10
LONGEST_DELAY = timedelta(minutes=15)
"""The longest DelaySeconds that SQS allows."""


class SqsQueue:
    """Sends jobs for take_snapshots."""

    def __init__(self, sqs: SQSClient, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, jobs: Iterable[Job], delay: timedelta = timedelta()) -> None:
        """Send the jobs, ten per call; longer delays are cut to 15 minutes.

        Raises TemporaryError naming how many SQS did not accept. A job may arrive twice; its readers tolerate
        that.
        """
        # Rounded up, because a job that comes back slightly too early would have to wait once more.
        seconds = math.ceil(min(max(delay, timedelta()), LONGEST_DELAY).total_seconds())
        for batch in chunks(list(jobs), BATCH):
            self._send_batch(batch, seconds)

    def _send_batch(self, jobs: Iterable[Job], seconds: int) -> None:
        with our_errors("send jobs"):
            answer = self._sqs.send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(number),
                        "MessageBody": job.to_json(),
                        "MessageGroupId": _group_id(job.cluster),
                        "DelaySeconds": seconds,
                    }
                    for number, job in enumerate(jobs)
                ],
            )
        failed = answer.get("Failed", [])
        if failed:
            first = failed[0].get("Message", failed[0]["Code"])
            raise TemporaryError(f"SQS did not accept {len(failed)} jobs, the first because: {first}")


class SqsIncidents:
    """Sends incidents to process, each as the id of its instance."""

    def __init__(self, sqs: SQSClient, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, instance: str, delay: timedelta = timedelta()) -> None:
        """Send one; longer delays are cut to 15 minutes. It may arrive twice; its readers tolerate that."""
        seconds = math.ceil(min(max(delay, timedelta()), LONGEST_DELAY).total_seconds())
        with our_errors(f"send the incident of {instance}"):
            self._sqs.send_message(
                QueueUrl=self._url, MessageBody=json.dumps({"instance": instance}), DelaySeconds=seconds
            )


def _group_id(cluster: str) -> str:
    """A cluster's name within what MessageGroupId allows."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", cluster)[:128]
