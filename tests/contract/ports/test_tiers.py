"""What EC2's storage tiers promise: those in memory, and the adapter's on the sandbox.

moto moves snapshots at once, and goes on using archived ones.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.tiers import Ec2Tiers
from snapkeep.domain.archive.tiers import MoveState, TierMove, TierStatus
from snapkeep.domain.errors import NotFound, PermanentError, Throttled
from snapkeep.domain.points import Snapshot
from snapkeep.ports.tiers import Tiers
from tests.contract.ports.ec2 import Ec2, FakeEc2, RealEc2
from tests.fakes import TestClock
from tests.fakes.tiers import FakeTiers

MISSING = "snap-0123456789abcdef0"


class Account(ABC):
    """An EC2 whose moves a test can finish."""

    ec2: Ec2
    tiers: Tiers

    @abstractmethod
    def finish(self, snapshot_id: str, *, fails: bool = False) -> None:
        """End the snapshot's move."""

    @abstractmethod
    def pass_days(self, days: int) -> None:
        """Let days pass."""

    @abstractmethod
    def allow(self, moves: int) -> None:
        """Set how many archives and how many restores may be in progress."""

    @abstractmethod
    def share(self, snapshot_id: str, account: str) -> None:
        """Let another account use the snapshot."""

    def snapshot(self) -> str:
        made = self.ec2.snapshots.create(self.ec2.volume(), {"snapkeep:managed": "true"}, "")
        self.ec2.complete(made.id)
        return made.id

    def seen(self, snapshot_id: str) -> Snapshot:
        found = self.ec2.snapshots.get(snapshot_id)
        assert found is not None
        return found

    def status(self, snapshot_id: str) -> TierStatus:
        return self.tiers.tiers([snapshot_id])[snapshot_id]


class FakeAccount(Account):
    def __init__(self) -> None:
        self.ec2 = FakeEc2()
        self.clock = TestClock()
        self.ec2.fake.clock = self.clock
        self.tiers = self.fake = FakeTiers(self.ec2.fake)

    def finish(self, snapshot_id: str, *, fails: bool = False) -> None:
        self.fake.finish(snapshot_id, "An internal error occurred." if fails else "")

    def pass_days(self, days: int) -> None:
        self.clock.forward(days=days)

    def allow(self, moves: int) -> None:
        self.fake.most_archives = self.fake.most_restores = moves

    def share(self, snapshot_id: str, account: str) -> None:
        self.fake.shared.setdefault(snapshot_id, []).append(account)


class SandboxAccount(Account):
    def __init__(self, sandbox: Sandbox) -> None:
        self.client = client = sandbox.client("ec2")
        self.control = sandbox.aws
        self.ec2, self.tiers = RealEc2(client), Ec2Tiers(client, client)

    def finish(self, snapshot_id: str, *, fails: bool = False) -> None:
        if fails:
            self.control.fail_moves(snapshot_id)
        self.control.advance(timedelta(hours=1))

    def pass_days(self, days: int) -> None:
        self.control.advance(timedelta(days=days))

    def allow(self, moves: int) -> None:
        self.control.settings(archives_in_progress=moves, tier_restores_in_progress=moves)

    def share(self, snapshot_id: str, account: str) -> None:
        self.client.modify_snapshot_attribute(
            SnapshotId=snapshot_id,
            Attribute="createVolumePermission",
            OperationType="add",
            UserIds=[account],
        )


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "fake":
        yield FakeAccount()
        return
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    before = sandbox.aws.settings()
    sandbox.aws.settings(archive_seconds=3600, tier_restore_seconds=3600)
    yield SandboxAccount(sandbox)
    sandbox.aws.advance(timedelta(hours=1))
    sandbox.aws.settings(**before)


def test_a_snapshot_is_archived_and_comes_back_for_some_days(account: Account) -> None:
    name = account.snapshot()
    assert account.status(name) == TierStatus(name)

    account.tiers.archive(name)
    moving = account.status(name)
    assert moving.is_being_archived and not moving.is_archived and not account.seen(name).archived
    assert moving.began is not None
    account.finish(name)
    away = account.status(name)
    assert (away.is_archived, away.move, away.state) == (True, TierMove.ARCHIVAL, MoveState.COMPLETED)
    assert account.seen(name).archived and away.archived_at is not None and away.progress == 100

    account.tiers.bring_back(name, 7)
    coming = account.status(name)
    assert coming.is_coming_back and coming.is_archived and account.seen(name).archived
    account.finish(name)
    back, seen = account.status(name), account.seen(name)
    assert back.is_archived and back.back_until is not None
    assert (seen.archived, seen.back_to_archive_at) == (False, back.back_until)
    assert back.is_usable(back.back_until - timedelta(days=6))

    account.pass_days(8)
    assert account.status(name).back_until is None and account.seen(name).archived


def test_the_days_of_one_that_is_back_can_be_changed(account: Account) -> None:
    name = account.snapshot()
    account.tiers.archive(name)
    account.finish(name)
    account.tiers.bring_back(name, 2)
    account.finish(name)
    before = account.status(name).back_until
    account.tiers.bring_back(name, 9)
    after = account.status(name).back_until
    assert before is not None and after is not None
    assert timedelta(days=6.9) < after - before < timedelta(days=7.1)
    assert not account.status(name).is_coming_back


def test_what_moves_or_has_moved_does_not_move_again(account: Account) -> None:
    name = account.snapshot()
    with pytest.raises(PermanentError, match=name):
        account.tiers.bring_back(name, 7)
    account.tiers.archive(name)
    for call in (lambda: account.tiers.archive(name), lambda: account.tiers.bring_back(name, 7)):
        with pytest.raises(PermanentError, match=name):
            call()
    account.finish(name)
    with pytest.raises(PermanentError, match=name):
        account.tiers.archive(name)
    account.tiers.bring_back(name, 7)
    with pytest.raises(PermanentError, match=name):
        account.tiers.bring_back(name, 7)


def test_only_completed_snapshots_are_archived(account: Account) -> None:
    pending = account.ec2.snapshots.create(account.ec2.volume(), {}, "")
    with pytest.raises(PermanentError, match=pending.id):
        account.tiers.archive(pending.id)
    account.ec2.complete(pending.id)


def test_too_many_moves_at_once_wait(account: Account) -> None:
    first, second = account.snapshot(), account.snapshot()
    account.tiers.archive(first)
    account.finish(first)
    account.allow(0)
    with pytest.raises(Throttled, match=second):
        account.tiers.archive(second)
    with pytest.raises(Throttled, match=first):
        account.tiers.bring_back(first, 7)
    account.allow(1)
    account.tiers.archive(second)


def test_a_failed_move_says_why_and_may_be_begun_again(account: Account) -> None:
    name = account.snapshot()
    account.tiers.archive(name)
    account.finish(name, fails=True)
    failed = account.status(name)
    assert (failed.is_archived, failed.state, failed.detail) == (
        False,
        MoveState.FAILED,
        "An internal error occurred.",
    )
    account.tiers.archive(name)
    account.finish(name)
    assert account.status(name).is_archived


def test_ec2_knows_nothing_of_a_snapshot_that_is_gone(account: Account) -> None:
    name = account.snapshot()
    assert set(account.tiers.tiers([name, MISSING])) == {name}
    assert account.tiers.tiers([]) == {}
    with pytest.raises(NotFound, match=MISSING):
        account.tiers.archive(MISSING)
    with pytest.raises(NotFound, match=MISSING):
        account.tiers.bring_back(MISSING, 7)
    with pytest.raises(NotFound, match=MISSING):
        account.tiers.shared_with(MISSING)


def test_who_may_use_a_snapshot_is_known(account: Account) -> None:
    name = account.snapshot()
    assert account.tiers.shared_with(name) == []
    account.share(name, "222233334444")
    assert account.tiers.shared_with(name) == ["222233334444"]
