"""What waits in a queue for another attempt can be delivered at once."""

from typing import Any

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox


def test_a_message_that_is_hidden_is_delivered_again_when_a_test_says_so(
    sandbox: Sandbox, control: AwsControl
) -> None:
    sqs: Any = sandbox.client("sqs")
    queue = sqs.create_queue(QueueName="hidden", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="once more")
    assert sqs.receive_message(QueueUrl=queue)["Messages"]
    assert not sqs.receive_message(QueueUrl=queue).get("Messages")

    control.show_hidden()

    assert [each["Body"] for each in sqs.receive_message(QueueUrl=queue)["Messages"]] == ["once more"]
