"""What restores ask of those who hold points: the fake of the tests and the service that stands behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound
from snapkeep.services.restore.holds import HoldPoints
from tests.fakes import FakeSnapshots, MemoryJournal, TestClock
from tests.fakes.restore_samples import a_restore
from tests.fakes.restores import FakeHolds

DAY = timedelta(days=1)


class Holders(ABC):
    """Those who hold the point `snapshot`, on a clock."""

    clock: TestClock
    journal: MemoryJournal
    holds: FakeHolds | HoldPoints
    snapshot: str

    @abstractmethod
    def now(self) -> Sequence[str]:
        """The holders of the point."""

    @abstractmethod
    def lose(self) -> None:
        """Let somebody delete its snapshot."""

    def hold(self, holder: str, until: timedelta = DAY) -> None:
        self.holds.hold(self.snapshot, holder, "because", self.clock() + until)


class Fake(Holders):
    def __init__(self) -> None:
        self.clock, self.journal, self.snapshot = TestClock(), MemoryJournal(), "snap-1"
        self.holds = FakeHolds(self.clock, self.journal.restores)

    def now(self) -> Sequence[str]:
        assert isinstance(self.holds, FakeHolds)
        return sorted(self.holds.held.get(self.snapshot, {}))

    def lose(self) -> None:
        assert isinstance(self.holds, FakeHolds)
        self.holds.gone.add(self.snapshot)


class Real(Holders):
    def __init__(self) -> None:
        self.clock, self.journal = TestClock(), MemoryJournal()
        self.ebs = FakeSnapshots(self.clock)
        self.ebs.add_volume("vol-1")
        self.snapshot = self.ebs.create("vol-1", {tags.MANAGED: "true"}, "").id
        self.holds = HoldPoints(self.ebs, self.journal.holds, self.journal.restores, self.clock)

    def now(self) -> Sequence[str]:
        return sorted(each.holder for each in self.journal.holds.holds(self.snapshot) if not each.lifted_at)

    def lose(self) -> None:
        del self.ebs.all[self.snapshot]


@pytest.fixture(params=[Fake, Real])
def holders(request: pytest.FixtureRequest) -> Holders:
    made: Holders = request.param()
    return made


def test_a_point_has_several_holders_and_each_gives_back_its_own(holders: Holders) -> None:
    for holder in ("restore:1", "restore:2", "restore:1"):
        holders.hold(holder)
    assert holders.now() == ["restore:1", "restore:2"]

    holders.holds.release(holders.snapshot, "restore:1")
    assert holders.now() == ["restore:2"]


def test_giving_back_what_is_given_back_or_gone_is_success(holders: Holders) -> None:
    holders.hold("restore:1")
    holders.holds.release(holders.snapshot, "restore:1")
    holders.holds.release(holders.snapshot, "restore:1")
    holders.hold("restore:2")
    holders.lose()
    holders.holds.release(holders.snapshot, "restore:2")
    assert holders.now() == []


def test_a_point_that_is_gone_cannot_be_held(holders: Holders) -> None:
    holders.lose()
    with pytest.raises(NotFound):
        holders.hold("restore:1")
    assert holders.now() == []


def test_a_hold_that_has_not_ended_or_was_made_longer_stays(holders: Holders) -> None:
    holders.hold("restore:1", DAY)
    holders.hold("restore:1", 3 * DAY)
    holders.clock.forward(days=2)
    assert list(holders.holds.release_ended()) == []
    assert holders.now() == ["restore:1"]


def test_what_has_ended_is_given_back_once_and_named(holders: Holders) -> None:
    holders.hold("restore:1", DAY)
    holders.hold("restore:2", 3 * DAY)
    holders.clock.forward(days=2)
    (ended,) = holders.holds.release_ended()
    assert (ended.snapshot_id, ended.holder) == (holders.snapshot, "restore:1")
    assert list(holders.holds.release_ended()) == []
    assert holders.now() == ["restore:2"]


def test_the_hold_of_an_open_restore_does_not_end(holders: Holders) -> None:
    restore = a_restore(snapshot_id=holders.snapshot)
    holders.journal.restores.add_restore(restore)
    holders.hold(restore.holder, DAY)
    holders.clock.forward(days=2)
    assert list(holders.holds.release_ended()) == []
    assert holders.now() == [restore.holder]
