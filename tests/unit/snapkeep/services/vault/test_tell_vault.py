"""What the people of a vault hear of: once, and then weekly while it lasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.copies.tags import COPY_FROM
from snapkeep.domain.errors import Forbidden, TemporaryError
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.pulling import PROD, PullWorld
from tests.unit.snapkeep.domain.copies.copy_samples import moved_to, with_tags


def test_a_copy_that_cannot_be_locked_is_told_and_locked_later() -> None:
    world = PullWorld("mysql")
    world.ec2.fail_next("lock", *[Forbidden("lock: UnauthorizedOperation")] * 4)
    world.live(minutes=15)
    assert world.last()[0] is Outcome.READY and world.answered()[-1].locked_until is None
    (reason,) = world.told(TroubleKind.COPIES_NOT_LOCKED)
    assert "UnauthorizedOperation" in reason
    world.live(minutes=20)
    assert len(world.ec2.locks) == 1


def test_a_source_that_falls_silent_is_told_only_if_it_has_copies() -> None:
    world = PullWorld("mysql")
    world.wait(days=3)
    world.turn()
    assert world.told(TroubleKind.SOURCE_SILENT) == []
    world.live(minutes=20)
    world.wait(days=2)
    world.turn()
    (reason,) = world.told(TroubleKind.SOURCE_SILENT)
    assert "prod (deployment snapkeep in 111122223333/ap-northeast-2) has asked for nothing since" in reason
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.SOURCE_SILENT)) == 2


def test_a_source_whose_copies_come_weekly_is_not_silent_in_between() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    (first,) = world.ec2.all.values()
    for week in (1, 2):
        earlier = first.started_at - timedelta(weeks=week)
        tags = moved_to(first, earlier - timedelta(hours=1))
        world.ec2.put(with_tags(first, tags, id=f"snap-{week:017x}", started_at=earlier))
    world.wait(days=6)
    world.turn()
    assert world.told(TroubleKind.SOURCE_SILENT) == []
    world.wait(days=3)
    world.turn()
    assert len(world.told(TroubleKind.SOURCE_SILENT)) == 1


def test_a_source_that_asks_only_for_what_is_here_is_silent() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    for _ in range(3):
        world.wait(days=1)
        world.send(world.source.requests()[-1])
        assert world.last()[0] is Outcome.READY
    (reason,) = world.told(TroubleKind.SOURCE_SILENT)
    assert reason.endswith("still asks, but its newest copy here began 2026-11-24 18:10 UTC")


def test_a_copy_that_says_that_it_is_from_elsewhere_counts_nowhere() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    (copy,) = world.ec2.all.values()
    world.ec2.all[copy.id] = replace(copy, tags=copy.tags | {COPY_FROM: "999999999999/ap-northeast-2"})
    world.wait(days=1)
    for _ in range(2):
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LOST)
    assert reason == f"{copy.id} is hidden: its tags no longer say that it is a copy there"


def test_a_source_that_left_the_config_is_told_until_its_copies_are_gone() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    world.vault = replace(world.vault, sources=())
    world.build()
    for _ in range(3):
        world.puller.run(world.owner())
        world.wait(days=1)
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert reason.startswith("copies of prod, which the config no longer names: 1. Nothing prunes them")
    world.ec2.all.clear()
    world.wait(days=8)
    for _ in range(2):
        world.puller.run(world.owner())
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 1
    assert world.journal.copies.known == {}


def test_a_source_that_leaves_while_its_only_copy_is_in_progress_is_told() -> None:
    world = PullWorld("mysql")
    world.ask()
    world.vault = replace(world.vault, sources=())
    world.build()
    world.puller.run(world.owner())
    world.ec2.finish_copies()
    world.puller.run(world.owner())
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert reason.startswith("copies of prod, which the config no longer names: 1.")


def test_a_source_that_comes_back_and_leaves_again_is_told_again() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    sources = world.vault.sources
    for named in ((), sources, ()):
        world.vault = replace(world.vault, sources=named)
        world.build()
        world.puller.run(world.owner())
        world.wait(hours=1)
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 2


def test_copies_of_a_cluster_that_left_its_source_are_told() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    world.vault = replace(world.vault, sources=(replace(PROD, clusters=("another",)),))
    world.build()
    for _ in range(2):
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert reason.startswith("1 copy remains in prod of cluster myeks, which the config no longer names")
    world.vault = replace(world.vault, sources=(PROD,))
    world.build()
    world.wait(days=8)
    for _ in range(2):
        world.turn()
    assert len(world.told(TroubleKind.COPIES_LEFT)) == 1


@pytest.mark.parametrize(
    "now", [{"account": "333344445555"}, {"deployment": "green"}, {"region": "us-east-1"}]
)
def test_copies_of_a_source_that_became_another_deployment_are_told(now: dict[str, str]) -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    world.vault = replace(world.vault, sources=(replace(PROD, **now),))
    world.build()
    for _ in range(2):
        world.wait(days=1)
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LEFT)
    assert "made when it was deployment snapkeep in 111122223333/ap-northeast-2: 1. Nothing" in reason


def test_a_copy_that_takes_very_long_is_told() -> None:
    world = PullWorld("mysql")
    world.ask()
    world.wait(hours=2)
    for _ in range(2):
        world.turn()
    (reason,) = world.told(TroubleKind.COPIES_LATE)
    assert "has been in progress since 2026-11-24 18:10 UTC" in reason


def test_a_copy_that_somebody_deletes_is_told_and_made_again_once_when_asked() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    lost = []
    for _ in range(2):
        world.send(request)
        world.finish()
        (name,) = world.ec2.all
        assert world.last() == (Outcome.READY, "")
        world.ec2.all.clear()
        world.wait(days=1)
        world.turn()
        lost.append(f"{name} was deleted in EC2, and not by Snapkeep")
    assert world.told(TroubleKind.COPIES_LOST) == lost[:1]  # one claim, within a week
    world.send(request)
    outcome, reason = world.last()
    assert outcome is Outcome.REFUSED and "the second copy that somebody deleted" in reason
    assert world.ec2.calls["copy"] == 2


def test_a_bus_that_takes_no_answer_gets_it_later_and_people_hear_of_it_if_that_lasts() -> None:
    world = PullWorld("mysql")
    world.answers.fail_next("answer", *[TemporaryError("did not take the answer: AccessDenied")] * 8)
    world.live(minutes=60)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY]
    assert len(world.told(TroubleKind.WORK_GIVEN_UP)) == 1
    assert world.ec2.calls["copy"] == 1
