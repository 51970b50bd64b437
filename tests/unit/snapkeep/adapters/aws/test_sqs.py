"""What goes to SQS, and what SQS may refuse in part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.sqs import SqsQueue
from snapkeep.domain.backup.jobs import Job
from snapkeep.domain.errors import PermanentError, TemporaryError

URL = "https://sqs.ap-northeast-2.amazonaws.com/123456789012/jobs"
JOB = Job("myeks.daily.20261124T180000Z", "myeks", ("data",))


@pytest.fixture
def sqs() -> Any:
    return boto3.client("sqs", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")


def entry(number: int, job: Job, seconds: int = 0, group: str = "myeks") -> dict[str, Any]:
    return {
        "Id": str(number),
        "MessageBody": job.to_json(),
        "MessageGroupId": group,
        "DelaySeconds": seconds,
    }


def accepted(count: int) -> dict[str, Any]:
    entries = [{"Id": str(n), "MessageId": "m", "MD5OfMessageBody": "x"} for n in range(count)]
    return {"Successful": entries, "Failed": []}


def test_jobs_go_ten_a_call_grouped_by_their_cluster(sqs: Any) -> None:
    with Stubber(sqs) as stubber:
        for size in (10, 10, 3):
            expected = {"QueueUrl": URL, "Entries": [entry(number, JOB) for number in range(size)]}
            stubber.add_response("send_message_batch", accepted(size), expected)
        SqsQueue(sqs, URL).send([JOB] * 23)
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(("delay", "seconds"), [(90.7, 91), (86400, 900), (-5, 0)])
def test_a_delay_is_whole_seconds_within_what_sqs_holds(sqs: Any, delay: float, seconds: int) -> None:
    with Stubber(sqs) as stubber:
        expected = {"QueueUrl": URL, "Entries": [entry(0, JOB, seconds)]}
        stubber.add_response("send_message_batch", accepted(1), expected)
        SqsQueue(sqs, URL).send([JOB], timedelta(seconds=delay))
        stubber.assert_no_pending_responses()


def test_a_batch_taken_in_part_is_sent_again_later(sqs: Any) -> None:
    refused = {"Id": "1", "SenderFault": False, "Code": "InternalError", "Message": "try again"}
    with Stubber(sqs) as stubber:
        answer = accepted(1) | {"Failed": [refused]}
        stubber.add_response("send_message_batch", answer)
        with pytest.raises(TemporaryError, match="did not accept 1 jobs, the first because: try again"):
            SqsQueue(sqs, URL).send([JOB, JOB])


def test_a_queue_that_does_not_exist_is_a_permanent_error(sqs: Any) -> None:
    with Stubber(sqs) as stubber:
        code = "AWS.SimpleQueueService.NonExistentQueue"
        stubber.add_client_error("send_message_batch", code, "The queue does not exist.", 400)
        with pytest.raises(PermanentError, match="does not exist"):
            SqsQueue(sqs, URL).send([JOB])
