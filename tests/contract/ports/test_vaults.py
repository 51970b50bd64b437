"""What sharing with a vault and asking it promise: in memory, and with EC2 and EventBridge in the sandbox.

moto shows snapshots to no other account, and has no buses of other accounts.
"""

from __future__ import annotations

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.sharing import Ec2Shares
from snapkeep.adapters.aws.vault_buses import VaultBuses
from snapkeep.domain.copies.places import Place
from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError
from snapkeep.ports.vaults import Shares
from tests.contract.ports.ec2 import Ec2, FakeEc2, RealEc2
from tests.contract.ports.samples import NOW
from tests.fakes.keys import FakeKeys
from tests.fakes.vault import FakeShares
from tests.unit.snapkeep.domain.copies.test_requests import REQUEST

VAULT, OTHER = "222233334444", "333344445555"
TAGS = {"snapkeep:managed": "true", "snapkeep:deployment": "blue"}
MISSING = "snap-0123456789abcdef0"


class Account(ABC):
    """EC2 of an account whose snapshots are shared."""

    ec2: Ec2
    shares: Shares

    @abstractmethod
    def under_the_key_of_aws(self) -> str:
        """A completed snapshot, ours, that nobody else can use."""

    def point(self, **tags: str) -> str:
        """A completed snapshot with our tags, changed like this."""
        made = self.ec2.snapshots.create(self.ec2.volume(), TAGS | tags, "a point")
        self.ec2.complete(made.id)
        return made.id

    def shared(self, account: str) -> set[str]:
        return {snapshot.id for snapshot in self.shares.shared_with(account)}


class FakeAccount(Account):
    def __init__(self) -> None:
        self.ec2 = FakeEc2()
        self.keys = FakeKeys()
        self.shares = FakeShares(self.ec2.fake, self.keys, "blue")

    def under_the_key_of_aws(self) -> str:
        made = self.point()
        self.keys.of_aws.add("aws")
        self.ec2.fake.all[made] = replace(self.ec2.fake.all[made], key="aws")  # type: ignore[attr-defined]
        return made


class RealAccount(Account):
    def __init__(self, client: Any) -> None:
        self.client = client
        self.ec2 = RealEc2(client)
        self.shares = Ec2Shares(client, "blue")

    def under_the_key_of_aws(self) -> str:
        zone = {"AvailabilityZone": "ap-northeast-2a", "Size": 4}
        volume = self.client.create_volume(**zone, Encrypted=True)["VolumeId"]
        made = self.ec2.snapshots.create(volume, TAGS, "a point")
        self.ec2.complete(made.id)
        return made.id


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "fake":
        return FakeAccount()
    return RealAccount(request.getfixturevalue("sandbox").client("ec2"))


def test_a_point_is_shared_with_one_account_until_that_is_taken_back(account: Account) -> None:
    point = account.point()
    assert point not in account.shared(VAULT)
    for _ in range(2):
        account.shares.share(point, VAULT)
        assert point in account.shared(VAULT) and point not in account.shared(OTHER)
    for _ in range(2):
        account.shares.unshare(point, VAULT)
        assert point not in account.shared(VAULT)


def test_only_points_of_the_deployment_are_listed(account: Account) -> None:
    ours = account.point()
    others = [account.point(**{"snapkeep:deployment": "green"}), account.point(**{"snapkeep:managed": "no"})]
    for point in (ours, *others):
        account.shares.share(point, VAULT)
    assert ours in account.shared(VAULT) and not account.shared(VAULT) & {*others}


def test_a_point_that_is_gone_is_not_found_and_is_shared_with_nobody(account: Account) -> None:
    with pytest.raises(NotFound):
        account.shares.share(MISSING, VAULT)
    account.shares.unshare(MISSING, VAULT)


def test_a_point_under_the_key_of_aws_is_refused(account: Account) -> None:
    point = account.under_the_key_of_aws()
    with pytest.raises(PermanentError):
        account.shares.share(point, VAULT)
    assert point not in account.shared(VAULT)


@pytest.fixture
def place(sandbox: Sandbox) -> Iterator[Place]:
    """A vault in another Region whose bus exists, and lets nobody in."""
    place = Place("vault", "ap-northeast-3", "", account=VAULT)
    events = sandbox.client("events", place.region, VAULT)
    events.create_event_bus(Name="snapkeep-vault")
    yield place
    events.delete_event_bus(Name="snapkeep-vault")


@pytest.mark.sandbox
def test_a_request_reaches_the_bus_of_a_vault_that_lets_us_in(sandbox: Sandbox, place: Place) -> None:
    vaults = VaultBuses(lambda service, config, region: sandbox.client(service, region))
    sqs, events = (sandbox.client(each, place.region, VAULT) for each in ("sqs", "events"))
    bus = "snapkeep-vault"
    url = sqs.create_queue(QueueName=f"wanted-{uuid.uuid4().hex}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    open_to_events = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [open_to_events]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = json.dumps({"source": ["snapkeep.copies"], "detail-type": ["Snapkeep Copy Wanted"]})
    events.put_rule(Name="wanted", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="wanted", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    with pytest.raises(TemporaryError, match=place.vault_bus):
        vaults.ask(place, REQUEST)
    events.put_permission(
        EventBusName=bus, StatementId="source", Action="events:PutEvents", Principal=sandbox.account
    )
    vaults.ask(place, REQUEST)

    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    event = json.loads(message["Body"])
    assert (event["account"], event["region"]) == (sandbox.account, place.region)
    assert event["detail"] == REQUEST.to_document()
    events.remove_targets(Rule="wanted", EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name="wanted", EventBusName=bus)


@pytest.mark.sandbox
def test_a_bus_that_does_not_exist_takes_no_request(sandbox: Sandbox) -> None:
    vaults = VaultBuses(lambda service, config, region: sandbox.client(service, region))
    place = Place("vault", "eu-west-1", "", account=OTHER)
    with pytest.raises(TemporaryError, match=place.vault_bus):
        vaults.ask(place, replace(REQUEST, asked_at=NOW + timedelta(hours=1)))
