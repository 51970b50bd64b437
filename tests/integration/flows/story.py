"""What several flows do: let time pass, deliver a job again, count what counts, listen to events."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from snapkeep.domain import tags
from tests.integration.deployed import CLUSTER, Deployed


def pass_time(product: Deployed, by: timedelta) -> None:
    """Advance the sandbox's clock without firing a schedule."""
    product.sandbox.aws.advance(by, only="none")


def deliver_job_again(product: Deployed, policy: str) -> None:
    """Send a job that names all points of the policy's only run, and wait until it is handled."""
    points = product.points(policy)
    body = {"run": points[0]["run"], "cluster": CLUSTER, "points": [p["id"] for p in points], "group": ""}
    product.sandbox.client("sqs").send_message(
        QueueUrl=product.outputs["JobsQueueUrl"], MessageBody=json.dumps(body), MessageGroupId=CLUSTER
    )
    product.sandbox.aws.wait_idle()


def counted(product: Deployed, policy: str) -> dict[tuple[str, str], int]:
    """(claim, slot) to the number of completed snapshots that count, as EC2 shows them."""
    return dict(
        Counter(
            (snapshot.tags[tags.CLAIM], snapshot.tags[tags.SLOT])
            for snapshot in product.snapshots(policy)
            if snapshot.state == "completed" and tags.DUPLICATE not in snapshot.tags
        )
    )


def queue_of_events(product: Deployed, policy: str) -> str:
    """The URL of a new queue that hears our own events about a policy."""
    sqs, events = product.sandbox.client("sqs"), product.sandbox.client("events")
    url: str = sqs.create_queue(QueueName=f"events-{policy}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    access = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": access})
    pattern = {"source": ["snapkeep"], "detail": {"policy": [policy]}}
    events.put_rule(Name=f"hear-{policy}", EventPattern=json.dumps(pattern))
    events.put_targets(Rule=f"hear-{policy}", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def next_event(product: Deployed, queue: str) -> dict[str, Any] | None:
    """The oldest event the queue holds, or None."""
    found = product.sandbox.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
    event: dict[str, Any] | None = json.loads(found[0]["Body"]) if found else None
    return event


def waiting_completions(product: Deployed) -> dict[str, int]:
    """Queues of EC2's events (failure queues, too) that hold messages, and how many."""
    sqs = product.sandbox.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        if "Completion" in url:
            counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            found[url] = sum(int(count) for count in counts.values())
    assert found, "the stack has queues of completions"
    return {url: count for url, count in found.items() if count}
