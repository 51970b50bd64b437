"""A restore of an archived point: it is brought back, held, and kept back until the claim is bound."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from snapkeep.domain.errors import Forbidden, NotFound, TemporaryError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.services.restore.returns import GIVE_UP_RETURN
from tests.fakes.faults import Crash
from tests.fakes.restore_samples import NOW, a_restore
from tests.unit.snapkeep.services.restore.restore_story import WHERE, Story

SNAPSHOT = a_restore().snapshot_id


class ArchivedStory(Story):
    """The point of the restore is in the archive tier."""

    def __init__(self) -> None:
        super().__init__()
        self.ebs.put(Snapshot(SNAPSHOT, "vol-1", SnapshotState.COMPLETED, NOW, 2**30, {}))
        self.ebs.archive(SNAPSHOT)

    def start(self, operation: RestoreOperation | None = None) -> RestoreOperation:
        return super().start(operation or a_restore(stage=Stage.BRINGING_BACK, archived=True))

    @property
    def journaled(self) -> RestoreOperation:
        return self.journal.restores.all[a_restore().id]

    def is_held(self) -> bool:
        return a_restore().holder in self.holds.held.get(SNAPSHOT, {})

    def days_left(self) -> float:
        until = self.ebs.all[SNAPSHOT].back_to_archive_at
        assert until
        return (until - self.clock()) / timedelta(days=1)


@pytest.fixture
def story() -> ArchivedStory:
    return ArchivedStory()


def test_the_point_is_held_at_once_and_brought_back_before_the_claim(story: ArchivedStory) -> None:
    assert story.start().stage is Stage.BRINGING_BACK
    assert story.is_held() and not story.ebs.all[SNAPSHOT].back_to_archive_at
    report = story.finish(minutes=5)
    assert report.waiting == [a_restore().id] and story.cluster.restored == {}
    assert "bringing back from the archive tier" in story.journaled.awaits
    story.finish(hours=30)
    assert story.is_held(), "the hold is renewed"
    story.tiers.finish(SNAPSHOT)
    assert story.finish(minutes=5).made == [a_restore().id]
    assert WHERE in story.cluster.restored and story.journaled.awaits == ""
    assert [entry.text.split(":")[0] for entry in story.journaled.timeline] == [
        "recovery point data-20261124t120000z-0123456789",
        "recovery point data-20261124t120000z-0123456789 is back from the archive tier until 2026-12-03 00",
        "claim shop/data-restored made from data-20261124t120000z-0123456789",
    ]
    story.cluster.bind_restored(*WHERE)
    assert story.finish(minutes=5).finished == [a_restore().id]
    assert story.leftovers == []


def test_it_stays_back_while_the_claim_waits_for_its_first_pod(story: ArchivedStory) -> None:
    story.start()
    story.finish(minutes=5)
    story.tiers.finish(SNAPSHOT)
    story.finish(minutes=5)
    for _ in range(20):
        story.finish(days=1)
        assert story.days_left() > 1
    assert story.journaled.stage is Stage.CREATED


def test_one_that_went_back_while_nobody_looked_is_told_and_brought_back_again(story: ArchivedStory) -> None:
    story.start()
    story.finish(minutes=5)
    story.tiers.finish(SNAPSHOT)
    story.finish(minutes=5)
    report = story.finish(days=9)
    assert "went back to the archive tier: bringing back" in report.given_up[a_restore().id]
    story.tiers.finish(SNAPSHOT)
    assert story.finish(minutes=5).given_up == {}


def test_a_point_that_is_not_back_after_three_days_is_told_and_after_a_week_given_up(
    story: ArchivedStory,
) -> None:
    story.start()
    story.finish(minutes=5)
    assert story.finish(hours=71).given_up == {}
    (reason,) = story.finish(hours=2).given_up.values()
    assert reason.startswith("its point should be back by now: recovery point")
    assert story.finish(hours=GIVE_UP_RETURN / timedelta(hours=1)).failed == [a_restore().id]
    assert "did not come back in 7 days" in story.journaled.reason
    assert story.leftovers == []


def test_a_full_quota_only_makes_it_wait(story: ArchivedStory) -> None:
    story.tiers.most_restores = 0
    story.start()
    story.finish(minutes=5)
    assert "EC2 brings back no more snapshots for now" in story.journaled.awaits
    story.tiers.most_restores = 5
    story.finish(minutes=5)
    assert "done by" in story.journaled.awaits or "up to 72 hours" in story.journaled.awaits


def test_what_ec2_refuses_for_good_fails_the_restore(story: ArchivedStory) -> None:
    story.start()
    story.tiers.fail_next("bring_back", Forbidden("not allowed: ec2:RestoreSnapshotTier"))
    assert story.finish(minutes=5).failed == [a_restore().id]
    assert story.journaled.reason == "not allowed: ec2:RestoreSnapshotTier"
    assert not story.is_held()


def test_a_point_that_is_gone_fails_the_restore_even_when_its_hold_is_due(story: ArchivedStory) -> None:
    story.start()
    story.finish(minutes=5)
    story.holds.fail_next("hold", NotFound(f"EC2 has no snapshot {SNAPSHOT}"))
    assert story.finish(hours=30).failed == [a_restore().id]
    assert story.journaled.reason == f"EC2 has no snapshot {SNAPSHOT}"


def test_a_point_that_was_on_its_way_to_the_archive_tier_is_brought_back(story: ArchivedStory) -> None:
    story.ebs.restore_tier(SNAPSHOT)
    story.tiers.archive(SNAPSHOT)
    story.start(a_restore())
    (reason,) = story.finish(minutes=5).given_up.values()
    assert "EC2 is still archiving it" in reason
    story.tiers.finish(SNAPSHOT)
    (reason,) = story.finish(minutes=5).given_up.values()
    assert "went to the archive tier: bringing back from the archive tier" in reason
    story.tiers.finish(SNAPSHOT)
    assert story.finish(minutes=5).given_up == {}
    story.cluster.bind_restored(*WHERE)
    assert story.finish(minutes=5).finished == [a_restore().id]


def test_trouble_with_keeping_it_back_stops_nothing(story: ArchivedStory) -> None:
    story.start()
    story.finish(minutes=5)
    story.tiers.finish(SNAPSHOT)
    story.finish(minutes=5)
    story.tiers.fail_next("tiers", TemporaryError("no answer"))
    (reason,) = story.finish(minutes=5).given_up.values()
    assert reason == "its recovery point may go back to the archive tier: no answer"
    story.cluster.bind_restored(*WHERE)
    assert story.finish(minutes=5).finished == [a_restore().id]


CRASHES = [
    ("the call of the API", "journal", "add_restore"),
    ("the call of the API", "holds", "hold"),
    ("the call of the API", "journal", "write_restore"),
    ("the first pass", "tiers", "bring_back"),
    ("the first pass", "journal", "write_restore"),
    ("the pass when it is back", "journal", "write_restore"),
    ("the pass when it is back", "cluster", "import_snapshot"),
    ("the pass when it is back", "cluster", "create_restored_claim"),
]


@pytest.mark.parametrize(("during", "where", "method"), CRASHES)
def test_a_crash_after_any_step_is_taken_up(
    story: ArchivedStory, during: str, where: str, method: str
) -> None:
    def do(what: str, step: Callable[[], object]) -> None:
        if what != during:
            step()
            return
        story.fake(where).crash_after(method)
        with pytest.raises(Crash):
            step()

    do("the call of the API", story.start)
    do("the first pass", lambda: story.finish(minutes=5))
    story.finish(minutes=5)
    assert story.is_held()
    story.tiers.finish(SNAPSHOT)
    do("the pass when it is back", lambda: story.finish(minutes=5))
    story.finish(minutes=5)
    assert story.journaled.stage is Stage.CREATED
    assert list(story.cluster.restored) == [WHERE]
    story.cluster.bind_restored(*WHERE)
    story.finish(minutes=5)
    assert story.leftovers == []
