"""Schedules fire when the clock passes their slot: in their time zone, once, with the slot they belong to."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.aws.schedule_slots import slots
from sandbox.launch import Sandbox

ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)


class Scheduled:
    """Schedules of a test that send to a queue."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._scheduler, self._sqs, self._iam = (sandbox.client(name) for name in ("scheduler", "sqs", "iam"))
        self._url, self.queue = self._new_queue("schedules")
        self._dead_url, self._dead = self._new_queue("schedules-dead")
        self.names: list[str] = []

    def create(
        self, name: str, expression: str, *, zone: str = "UTC", may_send: bool = True, **more: Any
    ) -> None:
        role = self._role(self.queue if may_send else "arn:aws:sqs:*:*:another")
        attributes = ("scheduled-time", "schedule-arn", "execution-id", "attempt-number")
        body = json.dumps({each: f"<aws.scheduler.{each}>" for each in attributes})
        target = {"Arn": self.queue, "RoleArn": role, "Input": body, "DeadLetterConfig": {"Arn": self._dead}}
        self._scheduler.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            ScheduleExpressionTimezone=zone,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
            **more,
        )
        self.names.append(name)

    def received(self) -> list[dict[str, Any]]:
        """The inputs that arrived since the last look."""
        return [json.loads(message["Body"]) for message in self._take(self._url)]

    def dead(self) -> list[dict[str, Any]]:
        """The attributes of what could not be delivered."""
        return [message["MessageAttributes"] for message in self._take(self._dead_url)]

    def remove(self) -> None:
        for name in self.names:
            self._scheduler.delete_schedule(Name=name)
        for url in (self._url, self._dead_url):
            self._sqs.delete_queue(QueueUrl=url)

    def _take(self, url: str) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600, MessageAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    def _new_queue(self, name: str) -> tuple[str, str]:
        url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, found["Attributes"]["QueueArn"]

    def _role(self, queue: str) -> str:
        statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        name = f"start-{uuid.uuid4().hex}"
        role = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        self._iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return str(role)


@pytest.fixture
def scheduled(sandbox: Sandbox) -> Iterator[Scheduled]:
    schedules = Scheduled(sandbox)
    yield schedules
    schedules.remove()


def test_a_schedule_fires_once_for_each_slot_the_clock_passes(
    control: AwsControl, scheduled: Scheduled
) -> None:
    scheduled.create("hourly", "rate(1 hour)")
    first = next(each.next for each in control.schedules() if each.name == "hourly")
    assert first is not None

    fired = control.advance(timedelta(hours=2, minutes=30), only="hourly")
    received = scheduled.received()
    again = control.advance(timedelta(minutes=10), only="hourly")

    expected = [first, first + timedelta(hours=1)]
    assert [each.scheduled_time for each in fired] == expected
    assert [each["scheduled-time"] for each in received] == [
        f"{slot:%Y-%m-%dT%H:%M:%SZ}" for slot in expected
    ]
    assert received[0]["schedule-arn"].endswith(":schedule/default/hourly")
    assert received[0]["attempt-number"] == "1"
    assert len({each["execution-id"] for each in received}) == 2
    assert again == []


def test_a_disabled_schedule_stays_silent(control: AwsControl, scheduled: Scheduled) -> None:
    scheduled.create("paused", "rate(1 minute)", State="DISABLED")

    assert control.advance(timedelta(minutes=5), only="paused") == []
    assert scheduled.received() == []


def test_schedules_that_are_not_asked_for_pass_by(control: AwsControl, scheduled: Scheduled) -> None:
    scheduled.create("wanted", "rate(1 minute)")
    scheduled.create("unwanted", "rate(1 minute)")

    fired = control.advance(timedelta(seconds=70), only="wanted")
    later = control.advance(timedelta(seconds=1), only="unwanted")

    assert ([each.schedule for each in fired], later) == (["wanted"], [])


def test_nothing_fires_by_itself_unless_it_is_live(control: AwsControl, scheduled: Scheduled) -> None:
    scheduled.create("missed", f"at({control.now():%Y-%m-%dT%H:%M:%S})")
    scheduled.create("live", "rate(1 minute)")
    control.advance(timedelta(seconds=59), only="none")

    waiting = scheduled.received()
    fired = control.advance(timedelta(seconds=2), only="live")

    assert waiting == []
    assert [each.schedule for each in fired] == ["live"]


def test_a_role_that_may_not_start_the_target_ends_in_the_dead_letter_queue(
    control: AwsControl, scheduled: Scheduled
) -> None:
    scheduled.create("forbidden", "rate(1 minute)", may_send=False)

    control.advance(timedelta(minutes=1), only="forbidden")

    (attributes,) = scheduled.dead()
    assert scheduled.received() == []
    assert attributes["ERROR_CODE"]["StringValue"] == "AccessDeniedException"
    assert "sqs:SendMessage" in attributes["ERROR_MESSAGE"]["StringValue"]
    assert attributes["SCHEDULE_ARN"]["StringValue"].endswith("/forbidden")


@pytest.mark.parametrize(
    ("expression", "zone"),
    [("cron(61 * * * ? *)", "UTC"), ("every day", "UTC"), ("rate(1 hour)", "Mars/Base")],
)
def test_what_scheduler_refuses_is_refused(scheduled: Scheduled, expression: str, zone: str) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        scheduled.create("refused", expression, zone=zone)


def test_the_hour_that_spring_skips_does_not_run() -> None:
    day = datetime(2026, 3, 29, tzinfo=UTC)  # Berlin: 02:00 becomes 03:00

    found = slots(
        "cron(30 2 * * ? *)", "Europe/Berlin", day - timedelta(days=1), day + timedelta(days=2), ANCHOR
    )

    assert [f"{slot:%d %H:%M}" for slot in found] == ["28 01:30", "30 00:30"]


def test_the_hour_that_autumn_repeats_runs_once() -> None:
    day = datetime(2026, 10, 25, tzinfo=UTC)  # Berlin: 03:00 becomes 02:00

    found = slots(
        "cron(0/30 2 * * ? *)", "Europe/Berlin", day - timedelta(hours=3), day + timedelta(hours=12), ANCHOR
    )
    from_its_middle = slots(
        "cron(0/30 2 * * ? *)",
        "Europe/Berlin",
        day + timedelta(minutes=45),
        day + timedelta(hours=12),
        ANCHOR,
    )

    assert [f"{slot:%d %H:%M}" for slot in found] == ["25 00:00", "25 00:30"]
    assert from_its_middle == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 9 ? * MON-FRI *)", ["02 09:00", "03 09:00"]),
        ("cron(15 0/12 * * ? *)", ["01 12:15", "02 00:15", "02 12:15", "03 00:15", "03 12:15"]),
        ("cron(0 0 L * ? *)", []),
        ("at(2026-02-02T10:00:00)", ["02 10:00"]),
        ("rate(1 day)", ["02 00:00", "03 00:00"]),
    ],
)
def test_slots_of_the_forms_we_deploy(expression: str, expected: list[str]) -> None:
    after, until = datetime(2026, 2, 1, 0, 30, tzinfo=UTC), datetime(2026, 2, 3, 23, tzinfo=UTC)

    found = slots(expression, "UTC", after, until, ANCHOR)

    assert [f"{slot:%d %H:%M}" for slot in found] == expected
