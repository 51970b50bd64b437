"""Someone who listens: a rule of a bus, and the queue that it fills."""

import json
from types import TracebackType
from typing import Any

from sandbox.launch import Sandbox


class Listener:
    """Hears what matches `pattern` on a bus of a Region, by default the default one. A context manager."""

    def __init__(
        self,
        sandbox: Sandbox,
        region: str,
        name: str,
        pattern: dict[str, Any],
        *,
        account: str = "",
        bus: str = "default",
    ) -> None:
        self._sqs = sandbox.client("sqs", region, account)
        self._events = sandbox.client("events", region, account)
        self._name, self._pattern = name, pattern
        self._rule = {"Rule": name, "EventBusName": bus}
        self._url = ""

    def __enter__(self) -> "Listener":
        self._url = self._sqs.create_queue(QueueName=self._name)["QueueUrl"]
        rule = self._events.put_rule(
            Name=self._name, EventPattern=json.dumps(self._pattern), EventBusName=self._rule["EventBusName"]
        )["RuleArn"]
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
        self._events.put_targets(**self._rule, Targets=[{"Id": "queue", "Arn": arn}])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.remove_targets(**self._rule, Ids=["queue"])
        self._events.delete_rule(Name=self._name, EventBusName=self._rule["EventBusName"])
        self._sqs.delete_queue(QueueUrl=self._url)

    def heard(self) -> list[dict[str, Any]]:
        """Return the events that came since the last call, at most ten."""
        found = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]
