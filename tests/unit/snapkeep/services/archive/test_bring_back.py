"""A restore brings its point back from the archive tier, once, and keeps it there while it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.services.archive.bring_back import BringBack
from tests.fakes import FakeSnapshots, TestClock
from tests.fakes.tiers import FakeTiers

SNAPSHOT = "snap-0000000000000001a"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def tiers(clock: TestClock) -> FakeTiers:
    ec2 = FakeSnapshots(clock)
    ec2.put(point(SNAPSHOT, clock()))
    return FakeTiers(ec2)


@pytest.fixture
def service(tiers: FakeTiers, clock: TestClock) -> BringBack:
    return BringBack(tiers, clock)


def point(name: str, taken: datetime) -> Snapshot:
    return Snapshot(name, "vol-1", SnapshotState.COMPLETED, taken, 2**30, {})


def test_a_snapshot_in_the_standard_tier_needs_nothing(service: BringBack) -> None:
    found = service.run(SNAPSHOT)
    assert (found.usable, found.until, found.words) == (True, None, "in the standard tier")


def test_an_archived_one_is_brought_back_once_and_says_how_far_it_is(
    service: BringBack, tiers: FakeTiers, clock: TestClock
) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    begun = service.run(SNAPSHOT)
    assert (begun.usable, begun.words) == (
        False,
        "bringing back from the archive tier, which takes up to 72 hours",
    )
    clock.forward(hours=5)
    waiting = service.run(SNAPSHOT)
    assert waiting.words == (
        "bringing back from the archive tier since 2026-11-24 18:00 UTC (0%), "
        "done by 2026-11-27 18:00 UTC at the latest"
    )
    tiers.finish(SNAPSHOT)
    back = service.run(SNAPSHOT)
    assert back.usable and back.until == clock() + timedelta(days=7)
    assert back.words == "back from the archive tier until 2026-12-01 23:00 UTC"


def test_one_that_a_restore_still_needs_stays_longer(
    service: BringBack, tiers: FakeTiers, clock: TestClock
) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    service.run(SNAPSHOT)
    tiers.finish(SNAPSHOT)
    first = service.run(SNAPSHOT).until
    clock.forward(days=4)
    assert service.run(SNAPSHOT).until == first
    clock.forward(days=1, minutes=1)
    assert service.run(SNAPSHOT).until == clock() + timedelta(days=7)


def test_trouble_with_prolonging_leaves_the_restore_alone(
    service: BringBack, tiers: FakeTiers, clock: TestClock
) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    service.run(SNAPSHOT)
    tiers.finish(SNAPSHOT)
    clock.forward(days=6)
    tiers.fail_next("bring_back", TemporaryError("no answer"))
    assert service.run(SNAPSHOT).usable
    assert service.run(SNAPSHOT).until == clock() + timedelta(days=7)


def test_after_a_lost_answer_nothing_begins_twice(service: BringBack, tiers: FakeTiers) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    tiers.lose_answer("bring_back")
    with pytest.raises(TemporaryError):
        service.run(SNAPSHOT)
    assert "bringing back from the archive tier since" in service.run(SNAPSHOT).words


def test_somebody_else_may_begin_it_at_the_same_moment(service: BringBack, tiers: FakeTiers) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    tiers.meanwhile("bring_back", lambda: FakeTiers.bring_back(tiers, SNAPSHOT, 3))
    assert "bringing back from the archive tier since" in service.run(SNAPSHOT).words


def test_it_waits_while_ec2_brings_back_as_many_as_it_allows(service: BringBack, tiers: FakeTiers) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    tiers.most_restores = 0
    found = service.run(SNAPSHOT)
    assert not found.usable and "EC2 brings back no more snapshots for now" in found.words
    tiers.most_restores = 1
    assert service.run(SNAPSHOT).words.startswith("bringing back from the archive tier")


def test_one_that_is_just_being_archived_must_arrive_there_first(
    service: BringBack, tiers: FakeTiers
) -> None:
    tiers.archive(SNAPSHOT)
    assert "still archiving" in service.run(SNAPSHOT).words
    tiers.finish(SNAPSHOT)
    assert service.run(SNAPSHOT).words.startswith("bringing back from the archive tier")


def test_a_failed_return_is_begun_again_and_can_be_seen(service: BringBack, tiers: FakeTiers) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    service.run(SNAPSHOT)
    tiers.finish(SNAPSHOT, trouble="an internal error")
    assert service.look(SNAPSHOT).words == (
        "EC2 could not bring it back from the archive tier: an internal error"
    )
    assert service.run(SNAPSHOT).words.startswith("bringing back from the archive tier")


def test_what_ec2_refuses_for_good_is_an_error(service: BringBack, tiers: FakeTiers) -> None:
    tiers.snapshots.archive(SNAPSHOT)
    tiers.fail_next("bring_back", PermanentError("no"))
    with pytest.raises(PermanentError, match="no"):
        service.run(SNAPSHOT)
    with pytest.raises(NotFound):
        service.run("snap-gone")
