"""Someone who listens: a rule of a bus, and the queue that it fills."""

import json
from types import TracebackType
from typing import Any

from sandbox.launch import Sandbox


class Listener:
    """Hears what matches `pattern` on the default bus of a Region. A context manager."""

    def __init__(self, sandbox: Sandbox, region: str, name: str, pattern: dict[str, Any]) -> None:
        self._sqs, self._bus = sandbox.client("sqs", region), sandbox.client("events", region)
        self._name, self._pattern = name, pattern
        self._url = ""

    def __enter__(self) -> "Listener":
        self._url = self._sqs.create_queue(QueueName=self._name)["QueueUrl"]
        rule = self._bus.put_rule(Name=self._name, EventPattern=json.dumps(self._pattern))["RuleArn"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        self._bus.put_targets(Rule=self._name, Targets=[{"Id": "queue", "Arn": arn}])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bus.remove_targets(Rule=self._name, Ids=["queue"])
        self._bus.delete_rule(Name=self._name)
        self._sqs.delete_queue(QueueUrl=self._url)

    def heard(self) -> list[dict[str, Any]]:
        """Return the events that came since the last call, at most ten."""
        found = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]
