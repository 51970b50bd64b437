"""The steps of one copy, and what a refusal means."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.copies.records import CopyStage
from tests.fakes.copying import CopyWorld

DAY = timedelta(days=1)


def test_a_copy_is_locked_while_it_is_pending_and_its_source_is_held_until_it_is_ready() -> None:
    world = CopyWorld("mysql")
    report = world.turn()
    (copy,) = world.osaka.all.values()
    assert len(report.started) == 1
    assert (copy.state, copy.id in world.osaka.locks) == ("pending", True)
    assert world.held() == ["mysql"]
    assert world.records()["mysql"].stage is CopyStage.COPYING
    world.finish()
    assert world.held() == []
    assert world.records()["mysql"].incremental is True


def test_a_source_deleted_before_the_copy_is_given_up_at_once_and_told() -> None:
    world = CopyWorld("mysql")
    (source,) = world.ebs.all
    world.ebs.meanwhile("add_tags", lambda: world.ebs.all.pop(source))
    world.live(minutes=30)
    assert world.osaka.calls["copy"] == 0
    world.turn()
    assert "mysql" not in world.copies()


def test_a_full_region_is_no_failure_and_what_was_refused_is_first_again() -> None:
    world = CopyWorld()
    world.osaka.most_in_progress = 1
    report = world.turn()
    assert (len(report.started), report.waiting) == (1, 1)
    (waiting,) = [each for each in world.records().values() if each.stage is CopyStage.WAITING]
    assert (waiting.attempt, "ResourceLimitExceeded" in waiting.reason) == (0, True)
    assert world.held() == [name for name in ("mysql", "wordpress") if name != waiting.claim]
    world.finish()
    assert len(world.osaka.all) == 2
    world.live(minutes=10)
    assert sorted(world.copies()) == ["mysql", "wordpress"]
    assert world.news.failed == []
