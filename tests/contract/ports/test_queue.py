"""What the queue of jobs promises: the one in memory and SQS."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.aws.sqs import SqsQueue
from snapkeep.domain.backup.jobs import Job, job_from_json
from snapkeep.ports.messaging import Queue
from tests.fakes import FakeQueue


class Receiver(ABC):
    """A queue and the other end of it."""

    queue: Queue

    @abstractmethod
    def receive(self) -> list[Job]:
        """All jobs that can be seen now."""


class FakeReceiver(Receiver):
    """The fake."""

    def __init__(self) -> None:
        self.queue = self.fake = FakeQueue()

    def receive(self) -> list[Job]:
        self.fake.sent, delayed = (
            [entry for entry in self.fake.sent if not entry[1]],
            [entry for entry in self.fake.sent if entry[1]],
        )
        jobs = self.fake.receive()
        self.fake.sent = delayed
        return jobs


class SqsReceiver(Receiver):
    """An emulated SQS."""

    def __init__(self, sqs: Any) -> None:
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=f"jobs-{uuid.uuid4().hex}")["QueueUrl"]
        self.queue = SqsQueue(self.sqs, self.url)

    def receive(self) -> list[Job]:
        jobs: list[Job] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            jobs += [job_from_json(message["Body"]) for message in messages]
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return jobs


@pytest.fixture(params=["memory", "moto", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def receiver(request: pytest.FixtureRequest) -> Receiver:
    if request.param == "memory":
        return FakeReceiver()
    if request.param == "sandbox":
        return SqsReceiver(request.getfixturevalue("sandbox").client("sqs"))
    return SqsReceiver(request.getfixturevalue("aws").client("sqs"))


def jobs(count: int) -> list[Job]:
    return [
        Job("myeks.daily.20261124T180000Z", "myeks", (f"data-{number}", f"logs-{number}"), f"group-{number}")
        for number in range(count)
    ]


def test_every_job_arrives_as_it_was_sent(receiver: Receiver) -> None:
    receiver.queue.send(jobs(23))
    assert sorted(receiver.receive(), key=lambda job: job.points) == sorted(
        jobs(23), key=lambda job: job.points
    )


def test_sending_nothing_sends_nothing(receiver: Receiver) -> None:
    receiver.queue.send([])
    assert receiver.receive() == []


def test_a_delayed_job_is_not_seen_yet(receiver: Receiver) -> None:
    receiver.queue.send(jobs(1), timedelta(minutes=15))
    assert receiver.receive() == []


def test_a_delay_longer_than_a_queue_can_hold_is_cut(receiver: Receiver) -> None:
    receiver.queue.send(jobs(1), timedelta(hours=2))
    assert receiver.receive() == []
