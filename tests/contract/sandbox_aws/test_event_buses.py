"""Events travel to buses of other Regions and accounts, once, as they were sent."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .listening import Listener
from .regions import HOME, OSAKA

ACCOUNT, VAULT = "111122223333", "222233334444"
SEND = {"source": ["test.sender"]}
Forward = Callable[..., None]


def bus_of(region: str, account: str = ACCOUNT, name: str = "default") -> str:
    return f"arn:aws:events:{region}:{account}:event-bus/{name}"


@pytest.fixture
def sender(sandbox: Sandbox, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Make a role in which rules may send; it may put events on the buses given."""
    iam = sandbox.client("iam")

    def made(*buses: str, trusted: str = "events.amazonaws.com") -> str:
        name = f"sender-{len(iam.list_roles()['Roles'])}"
        trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
        may = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": list(buses) or ["arn:aws:s3:::x"]}
        documents = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, may)]
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=documents[0])["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=documents[1])
        return str(role)

    return made


@pytest.fixture
def forward(sandbox: Sandbox) -> Iterator[Forward]:
    """Make a rule in a Region that sends what SEND matches on to another bus."""
    made = []

    def rule(region: str, bus: str, role: str, **more: Any) -> None:
        events = sandbox.client("events", region)
        events.put_rule(Name="forward", EventPattern=json.dumps(SEND))
        events.put_targets(Rule="forward", Targets=[{"Id": "bus", "Arn": bus, "RoleArn": role, **more}])
        made.append(events)

    yield rule
    for events in made:
        events.remove_targets(Rule="forward", Ids=["bus"])
        events.delete_rule(Name="forward")


@pytest.fixture
def home(sandbox: Sandbox) -> Iterator[Listener]:
    with Listener(sandbox, HOME, "home", SEND) as listener:
        yield listener


@pytest.fixture
def osaka_bus(sandbox: Sandbox) -> Iterator[Listener]:
    with Listener(sandbox, OSAKA, "osaka", SEND) as listener:
        yield listener


def test_an_event_of_another_region_arrives_as_it_was_sent(
    control: AwsControl, forward: Forward, sender: Callable[..., str], home: Listener
) -> None:
    forward(OSAKA, bus_of(HOME), sender(bus_of(HOME)))

    sent = control.put_event("test.sender", "Told", {"n": 1}, resources=["r"], region=OSAKA)

    (event,) = home.heard()
    assert (event["id"], event["account"], event["region"]) == (sent, ACCOUNT, OSAKA)
    assert (event["detail-type"], event["detail"], event["resources"]) == ("Told", {"n": 1}, ["r"])


def test_the_end_of_a_copy_is_heard_at_home(
    sandbox: Sandbox,
    ec2: Any,
    control: AwsControl,
    volume: str,
    sender: Callable[..., str],
) -> None:
    control.settings(copy_seconds=None)
    source = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    control.settle_snapshot(source)
    osaka = sandbox.client("ec2", OSAKA)
    pattern = {"source": ["aws.ec2"], "account": [ACCOUNT], "region": [OSAKA]}
    events = sandbox.client("events", OSAKA)
    events.put_rule(Name="copies", EventPattern=json.dumps({"source": ["aws.ec2"]}))
    target = {"Id": "home", "Arn": bus_of(HOME), "RoleArn": sender(bus_of(HOME))}
    events.put_targets(Rule="copies", Targets=[target])

    with Listener(sandbox, HOME, "copies", pattern) as home:
        made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source)["SnapshotId"]
        control.settle_snapshot(made)
        (event,) = home.heard()

    events.remove_targets(Rule="copies", Ids=["home"])
    events.delete_rule(Name="copies")
    assert (event["region"], event["detail"]["event"]) == (OSAKA, "copySnapshot")
    assert event["detail"]["snapshot_id"].rsplit("/")[-1] == made


def test_a_circle_of_rules_ends(
    control: AwsControl, forward: Forward, sender: Callable[..., str], home: Listener, osaka_bus: Listener
) -> None:
    role = sender(bus_of(HOME), bus_of(OSAKA))
    forward(OSAKA, bus_of(HOME), role)
    forward(HOME, bus_of(OSAKA), role)

    control.put_event("test.sender", "Told", {}, event_id="round", region=OSAKA)

    assert [event["id"] for event in home.heard()] == ["round"]
    assert [event["id"] for event in osaka_bus.heard()] == ["round"]


def test_an_event_is_not_sent_on_to_a_third_bus(
    sandbox: Sandbox, control: AwsControl, forward: Forward, sender: Callable[..., str], home: Listener
) -> None:
    third = bus_of("us-east-1")
    role = sender(bus_of(HOME), third)
    forward(OSAKA, bus_of(HOME), role)
    forward(HOME, third, role)

    with Listener(sandbox, "us-east-1", "third", SEND) as far:
        control.put_event("test.sender", "Told", {}, region=OSAKA)
        assert far.heard() == []
        control.put_event("test.sender", "Told", {}, event_id="direct", region=HOME)
        assert [event["id"] for event in far.heard()] == ["direct"]
    assert len(home.heard()) == 2


@pytest.mark.parametrize("trouble", ["no permission", "no trust", "no bus"])
def test_an_event_that_may_not_travel_is_a_dead_letter(
    sandbox: Sandbox,
    control: AwsControl,
    forward: Forward,
    sender: Callable[..., str],
    home: Listener,
    trouble: str,
) -> None:
    bus = bus_of(HOME, name="nowhere") if trouble == "no bus" else bus_of(HOME)
    role = {
        "no permission": lambda: sender(bus_of("us-east-1")),
        "no trust": lambda: sender(bus, trusted="lambda.amazonaws.com"),
        "no bus": lambda: sender(bus),
    }[trouble]()
    sqs = sandbox.client("sqs", OSAKA)
    url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    dead = f"arn:aws:sqs:{OSAKA}:{ACCOUNT}:dead-letters"
    forward(OSAKA, bus, role, DeadLetterConfig={"Arn": dead})

    control.put_event("test.sender", "Told", {}, event_id="lost", region=OSAKA)

    (letter,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    sqs.delete_queue(QueueUrl=url)
    code = letter["MessageAttributes"]["ERROR_CODE"]["StringValue"]
    assert home.heard() == []
    assert json.loads(letter["Body"])["id"] == "lost"
    assert code == ("RESOURCE_NOT_FOUND" if trouble == "no bus" else "NO_PERMISSIONS")


def test_a_target_elsewhere_needs_a_role(sandbox: Sandbox) -> None:
    events = sandbox.client("events", OSAKA)
    events.put_rule(Name="no-role", EventPattern=json.dumps(SEND))

    with pytest.raises(ClientError, match="RoleArn is required"):
        events.put_targets(Rule="no-role", Targets=[{"Id": "bus", "Arn": bus_of(HOME)}])
    events.delete_rule(Name="no-role")


def test_a_bus_of_another_account_lets_in_whom_its_policy_names(
    sandbox: Sandbox, control: AwsControl, forward: Forward, sender: Callable[..., str]
) -> None:
    vault = sandbox.client("events", HOME, VAULT)
    vault.create_event_bus(Name="snapkeep")
    bus = bus_of(HOME, VAULT, "snapkeep")
    forward(OSAKA, bus, sender(bus))
    entry = {"Source": "test.sender", "DetailType": "Told", "Detail": "{}", "EventBusName": bus}
    ours = sandbox.client("events")

    with Listener(sandbox, HOME, "vault", SEND, account=VAULT, bus="snapkeep") as heard:
        control.put_event("test.sender", "Told", {}, region=OSAKA)
        refused = ours.put_events(Entries=[entry])["Entries"][0]["ErrorCode"]
        closed = heard.heard()
        vault.put_permission(
            EventBusName="snapkeep", StatementId="source", Action="events:PutEvents", Principal=ACCOUNT
        )
        control.put_event("test.sender", "Told", {}, event_id="by-rule", region=OSAKA)
        put = ours.put_events(Entries=[entry])["Entries"][0]["EventId"]
        opened = heard.heard()

    assert (refused, closed) == ("AccessDeniedException", [])
    assert [event["id"] for event in opened] == ["by-rule", put]
    assert [(event["account"], event["region"]) for event in opened] == [(ACCOUNT, OSAKA), (ACCOUNT, HOME)]


@pytest.mark.parametrize(
    ("operator", "let_in"), [("StringEquals", False), ("ForAllValues:StringEquals", True)]
)
def test_sources_are_many_and_a_policy_must_say_for_all_of_them(
    sandbox: Sandbox, operator: str, let_in: bool
) -> None:
    """A request of PutEvents has several entries, so `events:source` has several values.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    vault = sandbox.client("events", HOME, VAULT)
    name = f"many-{'all' if let_in else 'one'}"
    vault.create_event_bus(Name=name)
    bus = bus_of(HOME, VAULT, name)
    statement = {
        "Sid": "source",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "events:PutEvents",
        "Resource": bus,
        "Condition": {operator: {"events:source": "test.sender"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    vault.put_permission(EventBusName=name, Policy=policy)

    entry = {"Source": "test.sender", "DetailType": "Told", "Detail": "{}", "EventBusName": bus}
    (answer,) = sandbox.client("events").put_events(Entries=[entry])["Entries"]

    assert ("ErrorCode" not in answer) is let_in
