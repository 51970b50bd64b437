"""What the brake refused stays refused: neither time nor new points turn a refusal into consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.policies import Schedule
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.retention.turnover import Tally
from snapkeep.services.retention.survey import Survey
from tests.fakes.world import a_claim, a_policy
from tests.unit.snapkeep.services.retention.deletion.stories import (
    DAY,
    Retention,
    Story,
    a_slip,
    a_story_beside_others,
)

SLIPS: list[Any] = [
    ({"last": 7}, {"last": 1}, 24, 1),
    pytest.param({"last": 14}, {"last": 2}, 24, 3, marks=pytest.mark.slow),
    pytest.param({"daily": 7, "weekly": 4, "monthly": 6}, {"last": 1}, 24, 2, marks=pytest.mark.slow),
    ({"last": 28, "daily": 14, "weekly": 8, "monthly": 12}, {"last": 1}, 6, 1),
]


@pytest.mark.parametrize(("before", "after", "hours", "claims"), SLIPS)
def test_in_400_days_of_pruning_nothing_that_was_refused_goes(
    before: Retention, after: Retention, hours: int, claims: int
) -> None:
    story = Story(before, claims=claims, every=timedelta(hours=hours))
    story.live(60 if hours == 24 else 120)
    story.lower(after)
    refused = story.until_refused()
    announced_at: list[datetime] = []

    def look() -> None:
        assert refused <= story.points()
        announced_at[:] = [story.slot] if len(story.world.announcer.braked) == 1 else announced_at

    story.every = DAY
    story.live(400, look)
    kept = next(iter(after.values()))
    assert isinstance(kept, int)
    assert len(story.points() - refused) == kept * claims, "turnover goes on as the new rules say"
    assert 400 // 7 - 1 <= len(story.world.announcer.braked) <= 400 // 7 + 2, "people hear of it every week"


def test_a_slip_in_one_policy_leaves_the_turnover_of_others_as_it_was() -> None:
    story = Story({"last": 10}, claims=6)
    story.live(12)
    story.lower({"last": 1})
    story.until_refused()
    before = len(story.points())
    story.live(30)
    assert len(story.points()) == before


def test_new_points_of_another_claim_account_for_nothing() -> None:
    story = Story({"last": 20}, claims=10)
    story.live(20)
    story.lower({"last": 12})
    story.live(3)
    busy = a_claim("busy")
    story.world.cluster.claim_list.append(busy)
    story.world.ebs.add_volume("vol-busy")
    for hour in range(60):
        story.world.back_up(story.slot + timedelta(minutes=hour))
    story.world.wait(hours=80)
    report = story.world.prune()
    assert sum(refusal.count for refusal in report.refusals) >= 80
    assert report.counts.get("deleted", 0) <= 20


def test_a_slip_that_no_prune_looked_at_for_days_gets_no_room_from_the_points_that_came() -> None:
    story, beside = a_story_beside_others({"last": 7}, 9)
    story.deploy(replace(story.policy, retention={"last": 1}), beside)
    story.world.prune()  # the last one for a week: its grace passes unseen
    before = {name for name, item in story.world.ebs.all.items() if item.tags[tags.POLICY] == "nightly"}
    for _ in range(7):
        story.slot += DAY
        story.world.back_up(story.slot)
    story.world.prune()
    assert len(before & story.points()) >= len(before) - 2 and story.refused() <= before


def test_a_slip_in_the_schedule_empties_no_history_before_its_grace_is_over() -> None:
    story = Story({"last": 7})
    story.live(9)
    history = story.points()
    story.deploy(replace(story.policy, schedule=Schedule("cron(* 18 * * ? *)")))
    for _ in range(20):
        story.slot += timedelta(minutes=1)
        story.world.back_up(story.slot)
    story.every = timedelta(minutes=1)
    story.live(10)
    assert len(history & story.points()) == 6, "only the newest may be taken for one of the new schedule"


def test_a_change_of_another_policy_releases_no_refused_point_that_is_just_the_last_one() -> None:
    story, refused = a_slip()
    for name in story.points() - refused:
        del story.world.ebs.all[name]
    lowered = replace(story.policy, retention={"last": 1})
    story.deploy(lowered, a_policy("other", retention={"last": 5}))
    story.world.prune()
    story.live(3)
    assert refused <= story.points() and refused <= story.refused()


def test_failing_backups_release_nothing_that_age_was_refused_to_delete() -> None:
    story = Story({"last": "all", "max_age": "30d"})
    story.live(20)
    story.lower({"last": "all", "max_age": "2d"})
    refused = story.until_refused()
    for name in story.points() - refused:
        del story.world.ebs.all[name]
    story.world.wait(hours=24 * 10)
    story.lower({"last": "all", "max_age": "3d"})
    story.world.prune()
    spared = max(refused)
    assert spared in story.refused(), "only failing backups spare it"
    story.live(12)
    assert refused <= story.points()


def test_deletions_that_were_let_through_and_never_end_give_no_room_to_lose_more() -> None:
    mine = [f"snap-{number}" for number in range(9)]
    survey = Survey(
        deletions=[PlannedDeletion(name, "", "", "c/p", counts=True) for name in mine],
        tallies={"c/p": Tally("c/p", 10, 0, tuple(mine))},
    )
    (change,) = survey.changes(mine[:5])
    assert change.goes_too_far and set(change.beyond) == set(mine[5:])


@pytest.mark.parametrize("age", ["2d", "3d", "4d", "8d"])
def test_age_that_lets_one_go_before_its_successor_is_ready_never_brakes(age: str) -> None:
    story = Story({"last": "all", "max_age": age}, claims=12)
    for _ in range(14):
        story.slot += DAY
        world = story.world
        world.clock.now = story.slot
        world.backup(story.slot)
        world.work()
        world.wait(minutes=1)
        world.prune()
        world.finish_snapshots()
        for minutes in (20, 300, 600):
            world.wait(minutes=minutes)
            world.prune()
    assert story.refused() == set()
    assert len(story.points()) <= 12 * int(age[:-1])
