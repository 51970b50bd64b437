"""What goes wrong and lasts reaches people: once when it is new, and again after a week."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema

from tests.integration.deployed import Deployed
from tests.integration.flows.story import pass_time

EVENTS = json.loads((Path(__file__).parents[3] / "docs" / "events.schema.json").read_text())
POLICY = "late"
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7, hours=1)
REFUSED = "UnauthorizedOperation"


class Inbox:
    """A queue that subscribed to the topic for failures."""

    def __init__(self, product: Deployed) -> None:
        self.product, self.sqs = product, product.sandbox.client("sqs")
        self.url: str = self.sqs.create_queue(QueueName="rings")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
        access = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": access})
        topic = product.outputs["FailureTopicArn"]
        product.sandbox.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def rings(self) -> Counter[str]:
        """What arrived since the last look: `kind subject` to how often."""
        self.product.sandbox.aws.wait_idle()
        found: Counter[str] = Counter()
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(json.loads(message["Body"])["Message"])
                jsonschema.validate(event, EVENTS)
                troubles = event["detail"].get("troubles", [])
                found.update(f"{event['detail-type']}: {trouble['subject']}" for trouble in troubles)
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


def next_hour(product: Deployed) -> datetime:
    """Let the clock come to the next slot of the policy."""
    now = product.sandbox.aws.now()
    slot = now.replace(minute=0, second=0, microsecond=0) + HOUR
    pass_time(product, slot - now + timedelta(seconds=5))
    return slot


def look(product: Deployed, times: int) -> None:
    """Reconcile, prune and look after restores, an hour apart."""
    for _ in range(times):
        product.invoke("finish-restores", {})
        product.invoke("reconcile", {})
        product.prune()
        pass_time(product, HOUR)


@contextmanager
def unreadable_hold(product: Deployed) -> Iterator[str]:
    """A hold of a newer version, which is over by its index; yields the name of its record."""
    dynamodb, table = product.sandbox.client("dynamodb"), product.outputs["JournalTableName"]
    key = {"pk": {"S": "HOLD#snap-0newer"}, "sk": {"S": "HOLDER#newer"}}
    index = {"open": {"S": "hold"}, "slot": {"S": "2020-11-24T18:00:00.000000+00:00"}}
    dynamodb.put_item(TableName=table, Item={**key, **index, "format": {"N": "2"}})
    yield "record HOLD#snap-0newer HOLDER#newer"
    dynamodb.delete_item(TableName=table, Key=key)


def test_a_late_claim_and_a_failed_prune_ring_once_and_every_week(product: Deployed) -> None:
    (claim,) = product.make_claims(POLICY, 1)
    late, failed = f"Snapkeep Backup Late: {POLICY}/{claim}", "Snapkeep Work Given Up: prune"
    inbox = Inbox(product)
    product.backup(POLICY, next_hour(product))
    assert product.until_closed(POLICY)["state"] == "completed"
    look(product, 1)
    assert not {late, failed} & inbox.rings().keys()

    product.sandbox.aws.settings(functions_skip_sleep=True)  # each failed call is tried again after seconds
    product.sandbox.aws.fail_call("ec2:CreateSnapshot", REFUSED, status=403, times=1000)
    product.sandbox.aws.fail_call("ec2:DescribeSnapshots", "InternalError", status=500, times=1000)
    product.backup(POLICY, next_hour(product))
    with unreadable_hold(product) as record:
        given_up = f"Snapkeep Work Given Up: {record}"
        look(product, 6)
        first = inbox.rings()
        assert (first[late], first[failed], first[given_up]) == (1, 1, 1), first

        pass_time(product, WEEK)
        look(product, 2)
        again = inbox.rings()
        assert (again[late], again[failed], again[given_up]) == (1, 1, 1), again

    product.sandbox.aws.forget_faults()
    product.backup(POLICY, next_hour(product))
    assert product.until_closed(POLICY)["state"] == "completed"
    look(product, 3)
    assert not {late, failed} & inbox.rings().keys()
