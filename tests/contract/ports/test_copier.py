"""What EC2 in another Region promises about copies: the one in memory, and those on moto and in the sandbox.

moto completes copies at once, checks no key and allows any number in progress.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import Any

import pytest

from snapkeep.adapters.aws.regions import Ec2Regions
from snapkeep.domain.copies.places import Home
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.ports.ec2 import Regions, Snapshots
from tests.contract.ports.ec2 import Ec2, FakeEc2, RealEc2
from tests.fakes.copies import FakeRegions

HOME, OSAKA = "ap-northeast-2", "ap-northeast-3"


class Account(ABC):
    """EC2 at home and elsewhere."""

    home: Ec2
    regions: Regions

    @abstractmethod
    def key(self) -> str:
        """The ARN of a key in the other Region."""

    def point(self) -> str:
        """A completed snapshot at home."""
        made = self.home.snapshots.create(self.home.volume(), {"snapkeep:managed": "true"}, "a point")
        self.home.complete(made.id)
        return made.id

    @property
    def osaka(self) -> Snapshots:
        return self.regions.snapshots(OSAKA)


class FakeAccount(Account):
    def __init__(self) -> None:
        self.home = FakeEc2()
        self.regions = FakeRegions(self.home.fake, "blue", HOME)

    def key(self) -> str:
        return f"arn:aws:kms:{OSAKA}:111122223333:key/1"


class RealAccount(Account):
    def __init__(self, client: Any) -> None:
        self.client = client
        self.home = RealEc2(client("ec2", HOME))
        self.regions = Ec2Regions(
            lambda service, config, region: client(service, region), "blue", Home("", HOME)
        )

    def key(self) -> str:
        return str(self.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"])


@pytest.fixture(params=["fake", "moto", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "fake":
        return FakeAccount()
    if request.param == "sandbox":
        return RealAccount(request.getfixturevalue("sandbox").client)
    session = request.getfixturevalue("aws")
    return RealAccount(lambda service, region: session.client(service, region_name=region))


@pytest.fixture
def tags() -> dict[str, str]:
    return {"snapkeep:managed": "copy", "snapkeep:copy-of": uuid.uuid4().hex, "snapkeep:deployment": "blue"}


def test_a_copy_has_its_tags_from_the_first_moment_and_nothing_of_its_source(
    account: Account, tags: dict[str, str]
) -> None:
    source = account.home.snapshots.get(account.point())
    assert source is not None
    made = account.regions.copier(OSAKA).copy(source.id, HOME, account.key(), tags, "Snapkeep: a copy")
    found = account.osaka.get(made)
    assert found is not None and made != source.id
    assert (found.tags, found.size_bytes) == (tags, source.size_bytes)
    assert found.description == "Snapkeep: a copy"
    assert [each.id for each in account.osaka.find(tags)] == [made]
    assert account.home.snapshots.get(made) is None


def test_listings_omit_copies_from_another_home_region(account: Account, tags: dict[str, str]) -> None:
    copier, key, source = account.regions.copier(OSAKA), account.key(), account.point()
    owner = account.home.snapshots.get(source).owner  # type: ignore[union-attr]
    ours = tags | {"snapkeep:copy-from": f"{owner}/{HOME}"}
    made = copier.copy(source, HOME, key, ours, "Snapkeep: a copy")
    copier.copy(source, HOME, key, tags | {"snapkeep:copy-from": f"{owner}/us-east-1"}, "Snapkeep: another")
    assert [each.id for each in account.osaka.find(tags)] == [made]


@pytest.mark.parametrize(
    "account", ["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)], indirect=True
)
def test_a_copy_is_under_the_key_of_its_region_and_of_no_real_volume(
    account: Account, tags: dict[str, str]
) -> None:
    key = account.key()
    made = account.osaka.get(account.regions.copier(OSAKA).copy(account.point(), HOME, key, tags, ""))
    assert made is not None
    assert (made.key, made.volume_id, made.state) == (key, "vol-ffffffff", "pending")


def test_two_calls_make_two_copies(account: Account, tags: dict[str, str]) -> None:
    source, key, copier = account.point(), account.key(), account.regions.copier(OSAKA)
    made = {copier.copy(source, HOME, key, tags, "") for _ in range(2)}
    assert len(made) == 2
    assert {each.id for each in account.osaka.find(tags)} == made


def test_a_source_that_is_gone_cannot_be_copied(account: Account, tags: dict[str, str]) -> None:
    with pytest.raises(NotFound, match="snap-0123456789abcdef0"):
        account.regions.copier(OSAKA).copy("snap-0123456789abcdef0", HOME, account.key(), tags, "")


@pytest.mark.parametrize(
    "account", ["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)], indirect=True
)
def test_a_source_that_is_not_complete_cannot_be_copied(account: Account, tags: dict[str, str]) -> None:
    pending = account.home.snapshots.create(account.home.volume(), {}, "")
    with pytest.raises(PermanentError, match=pending.id):
        account.regions.copier(OSAKA).copy(pending.id, HOME, account.key(), tags, "")
