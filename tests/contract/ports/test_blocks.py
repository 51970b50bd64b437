"""One contract for the Blocks port: the fake, and the adapter on the sandbox.

moto reads no snapshot that EC2 made, and accepts any token.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.blocks import DELAYS, READS, EbsBlocks
from snapkeep.domain.errors import Forbidden, Invalid, NotFound, Throttled, TokenExpired
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep.domain.sizes import GIB
from snapkeep.ports.blocks import Blocks
from tests.fakes.blocks import FakeBlocks

Written = Mapping[int, bytes]
COUNT = GIB // BLOCK


class Account(ABC):
    """Volumes of 1 GiB and their snapshots."""

    blocks: Blocks

    @abstractmethod
    def volume(self) -> str:
        """A new volume."""

    @abstractmethod
    def snapshot(self, volume: str, written: Written) -> str:
        """A completed snapshot of a volume on which just these blocks are written."""

    @abstractmethod
    def delete(self, snapshot: str) -> None:
        """Delete a snapshot."""

    @abstractmethod
    def forbid(self, snapshot: str) -> None:
        """Make AWS refuse our role this snapshot."""

    @abstractmethod
    def throttle(self) -> None:
        """Make AWS take no more calls."""

    @abstractmethod
    def wait_a_week(self) -> None:
        """Let tokens expire."""

    @abstractmethod
    def list_few(self) -> None:
        """Make each call list fewer blocks than there are."""


@dataclass
class Volume:
    """A volume of which few blocks are written."""

    written: Written
    size: int = GIB

    def read(self, offset: int, length: int) -> bytes:
        index, start = divmod(offset, BLOCK)
        return self.written.get(index, b"").ljust(BLOCK, b"\0")[start : start + length]


class FakeAccount(Account):
    def __init__(self) -> None:
        self.blocks = self.fake = FakeBlocks()

    def volume(self) -> str:
        return f"vol-{len(self.fake.snapshots)}"

    def snapshot(self, volume: str, written: Written) -> str:
        name = f"snap-{len(self.fake.snapshots)}"
        self.fake.snapshots[name], self.fake.volumes[name] = Volume(written), volume
        return name

    def delete(self, snapshot: str) -> None:
        del self.fake.snapshots[snapshot]

    def forbid(self, snapshot: str) -> None:
        self.fake.forbidden.add(snapshot)

    def throttle(self) -> None:
        self.fake.throttled = True

    def wait_a_week(self) -> None:
        self.fake.week += 1

    def list_few(self) -> None:
        self.fake.page = 2


class RealAccount(Account):
    """The adapter with a role that may read what is tagged ours."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.ec2, self.control = sandbox.client("ec2"), sandbox.aws
        self.image = folder / "image"
        self.waits: list[float] = []
        self.blocks = EbsBlocks(_ebs(sandbox), self.waits.append)

    def volume(self) -> str:
        return str(self.ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"])

    def snapshot(self, volume: str, written: Written) -> str:
        with self.image.open("wb") as image:
            image.truncate(GIB)
            for index, data in written.items():
                image.seek(index * BLOCK)
                image.write(data)
        self.control.write_image(volume, self.image)
        made = str(self.ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
        self.ec2.create_tags(Resources=[made], Tags=[{"Key": "snapkeep:managed", "Value": "true"}])
        self.control.settle_snapshot(made)
        return made

    def delete(self, snapshot: str) -> None:
        self.ec2.delete_snapshot(SnapshotId=snapshot)

    def forbid(self, snapshot: str) -> None:
        self.ec2.delete_tags(Resources=[snapshot], Tags=[{"Key": "snapkeep:managed"}])

    def throttle(self) -> None:
        self.control.settings(block_reads_per_second=0, block_lists_per_second=0)

    def wait_a_week(self) -> None:
        self.control.advance(timedelta(days=7, minutes=1))

    def list_few(self) -> None:
        self.control.settings(blocks_looked_at=100)


def _ebs(sandbox: Sandbox) -> Any:
    iam, sts = sandbox.client("iam"), sandbox.client("sts")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    reads = {
        "Effect": "Allow",
        "Action": ["ebs:ListSnapshotBlocks", "ebs:ListChangedBlocks", "ebs:GetSnapshotBlock"],
        "Resource": "arn:aws:ec2:*::snapshot/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/snapkeep:managed": "true"}},
    }
    name = f"reader-{len(iam.list_roles()['Roles'])}"
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [reads]})
    iam.put_role_policy(RoleName=name, PolicyName="reads", PolicyDocument=policy)
    session = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "ebs",
        region_name=sandbox.region,
        endpoint_url=sandbox.aws_url,
        config=READS,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    if request.param == "fake":
        yield FakeAccount()
        return
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    before = sandbox.aws.settings()
    yield RealAccount(sandbox, tmp_path)
    sandbox.aws.settings(**before)


def pages(blocks: Blocks, snapshot: str) -> list[Page]:
    found = [blocks.listed(snapshot, 0)]
    while not found[-1].is_last:
        found.append(blocks.listed(snapshot, found[-1].end))
    return found


def test_written_blocks_are_listed_and_read(account: Account) -> None:
    snapshot = account.snapshot(account.volume(), {3: b"three", COUNT - 1: b"last"})

    page = account.blocks.listed(snapshot, 0)

    assert ({*page.tokens}, page.is_last, page.end) == ({3, COUNT - 1}, True, COUNT)
    assert page.volume_size == GIB
    assert account.blocks.read(snapshot, 3, page.tokens[3]) == b"three".ljust(BLOCK, b"\0")
    assert {*account.blocks.listed(snapshot, 4).tokens} == {COUNT - 1}


def test_a_volume_on_which_nothing_was_written_has_no_blocks(account: Account) -> None:
    page = account.blocks.listed(account.snapshot(account.volume(), {}), 0)

    assert (dict(page.tokens), page.is_last) == ({}, True)


def test_pages_together_list_every_block_once(account: Account) -> None:
    written = (0, 1, 99, 100, 1200, 1201, 1900)
    snapshot = account.snapshot(account.volume(), dict.fromkeys(written, b"x"))
    account.list_few()

    found = pages(account.blocks, snapshot)

    assert len(found) > 2 and all(page.tokens for page in found[:-1])
    assert [index for page in found for index in sorted(page.tokens)] == list(written)


def test_a_token_expires_and_another_is_listed(account: Account) -> None:
    snapshot = account.snapshot(account.volume(), {1: b"x"})
    token = account.blocks.listed(snapshot, 0).tokens[1]
    account.wait_a_week()

    with pytest.raises(TokenExpired):
        account.blocks.read(snapshot, 1, token)
    token = account.blocks.listed(snapshot, 0).tokens[1]
    assert account.blocks.read(snapshot, 1, token).startswith(b"x")


def test_a_token_is_good_for_one_block(account: Account) -> None:
    snapshot = account.snapshot(account.volume(), {1: b"x", 2: b"y"})

    with pytest.raises(TokenExpired):
        account.blocks.read(snapshot, 2, account.blocks.listed(snapshot, 0).tokens[1])


def test_changed_blocks_are_those_that_differ(account: Account) -> None:
    volume = account.volume()
    before = account.snapshot(volume, {1: b"same", 2: b"old", 1500: b"gone"})
    after = account.snapshot(volume, {1: b"same", 2: b"new", 900: b"added"})
    account.list_few()

    assert sorted(account.blocks.changed(before, after)) == [2, 900, 1500]
    assert list(account.blocks.changed(before, after, 900)) == [900, 1500]
    assert list(account.blocks.changed(after, after)) == []


def test_snapshots_of_two_volumes_cannot_be_compared(account: Account) -> None:
    one, two = (account.snapshot(account.volume(), {1: b"x"}) for _ in range(2))

    with pytest.raises(Invalid, match=two):
        list(account.blocks.changed(one, two))


def test_a_snapshot_that_is_gone_cannot_be_read(account: Account) -> None:
    snapshot = account.snapshot(account.volume(), {1: b"x"})
    token = account.blocks.listed(snapshot, 0).tokens[1]
    account.delete(snapshot)

    for call in (lambda: account.blocks.listed(snapshot, 0), lambda: account.blocks.read(snapshot, 1, token)):
        with pytest.raises((NotFound, Forbidden), match=snapshot):
            call()


def test_a_snapshot_that_our_role_may_not_read_is_forbidden(account: Account) -> None:
    snapshot = account.snapshot(account.volume(), {1: b"x"})
    token = account.blocks.listed(snapshot, 0).tokens[1]
    account.forbid(snapshot)

    with pytest.raises(Forbidden, match=snapshot):
        account.blocks.listed(snapshot, 0)
    with pytest.raises(Forbidden, match=snapshot):
        account.blocks.read(snapshot, 1, token)


def test_calls_beyond_the_rate_are_throttled_after_all_attempts(account: Account) -> None:
    snapshot = account.snapshot(account.volume(), {1: b"x"})
    token = account.blocks.listed(snapshot, 0).tokens[1]
    account.throttle()

    with pytest.raises(Throttled):
        account.blocks.read(snapshot, 1, token)
    with pytest.raises(Throttled):
        account.blocks.listed(snapshot, 0)
    if isinstance(account, RealAccount):
        assert account.waits == [*DELAYS, *DELAYS]
