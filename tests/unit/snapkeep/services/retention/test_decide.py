"""Deciding: what EC2 would not delete is no deletion, and a plan that goes too far is refused."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.candidates import backs_image, locked
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.times import compact
from snapkeep.services.retention.decide import LOGGED, log_plan
from snapkeep.services.retention.survey import Survey
from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep.services.retention.prune_worlds import a_world, listed


@pytest.mark.parametrize(
    "protection", [locked("governance", SLOT + timedelta(days=90)), backs_image("ami-0123456789abcdef0")]
)
def test_a_lock_or_an_ami_keeps_a_point_with_the_reason(protection: Any) -> None:
    world = a_world(4)
    oldest = listed(world)[0]
    world.ebs.locks[oldest] = (protection,)
    report = world.prune()
    assert dict(report.keep)[oldest] == (protection.reason,)
    assert oldest in world.ebs.all


def test_an_archived_snapshot_stays_and_shields_nothing() -> None:
    world = a_world(3)
    for snapshot_id in listed(world)[1:]:
        world.ebs.all[snapshot_id] = replace(world.ebs.all[snapshot_id], archived=True)
    world.prune()
    assert len(world.ebs.all) == 3


def archived_days_ago(world: World, snapshot_id: str, days: int) -> None:
    """Its policy had a snapshot archived so long ago."""
    at = world.clock() - timedelta(days=days)
    world.ebs.add_tags(snapshot_id, {tags.ARCHIVED: compact(at)})
    world.ebs.archive(snapshot_id)


def test_an_archived_point_goes_once_ec2_no_longer_bills_it_anyway() -> None:
    world = a_world(4)
    oldest = listed(world)[0]
    archived_days_ago(world, oldest, 60)
    (reason,) = dict(world.prune().keep)[oldest]
    assert reason.startswith("EC2 bills it in the archive tier until about") and "whether it stays" in reason
    archived_days_ago(world, oldest, 100)
    world.prune()
    assert oldest not in world.ebs.all


def test_one_that_is_back_for_a_restore_stays() -> None:
    world = a_world(4)
    oldest = listed(world)[0]
    archived_days_ago(world, oldest, 100)
    world.ebs.restore_tier(oldest, world.clock() + timedelta(days=3))
    (*_, reason) = dict(world.prune().keep)[oldest]
    assert reason.startswith("restored from the archive tier until")
    assert oldest in world.ebs.all


def test_archived_points_of_a_policy_shield_nothing() -> None:
    world = a_world(4)
    for snapshot_id in listed(world)[1:]:
        archived_days_ago(world, snapshot_id, 10)
    world.prune()
    assert listed(world)[0] in world.ebs.all, "the only one that can be restored at once"


def test_the_brake_counts_archived_points() -> None:
    world = a_world(10, prune_first=False)
    for snapshot_id in listed(world)[:6]:
        archived_days_ago(world, snapshot_id, 100)
    (refusal,) = world.prune().refusals
    assert "7 of 10 points would be deleted, 0 became ready" in refusal.reason


def test_the_first_prune_counts_nothing_as_new_so_a_great_plan_brakes() -> None:
    world = a_world(10, prune_first=False)
    (refusal,) = world.prune().refusals
    assert len(world.ebs.all) == 10 and world.journal.deletions.under_way == {}
    assert "7 of 10 points would be deleted, 0 became ready" in refusal.reason
    assert [(item.cluster, len(item.names)) for item in world.announcer.braked] == [("myeks", 7)]


def test_age_deletes_nothing_while_the_snapshots_of_a_claim_hang_and_that_is_told() -> None:
    world = World(a_claim("mysql"), policy=a_policy(retention={"daily": 60, "max_age": "30d"}))
    for day in range(30):
        world.back_up(SLOT + timedelta(days=day))
        world.prune()
    for day in range(30, 60):
        world.clock.now = SLOT + timedelta(days=day)
        world.backup(world.clock.now)
        world.work()
        report = world.prune()
    good = [item for item in world.ebs.all.values() if item.state is SnapshotState.COMPLETED]
    assert len(good) >= 28, "a day or two pass until a backup is late"
    assert any("older than max_age and stay" in note for note in report.notes)


def test_the_log_has_the_whole_plan_in_pieces(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    survey = Survey(
        deletions=[PlannedDeletion(f"snap-{n:04}", "no rule keeps it", "", "c/p", True) for n in range(450)],
        kept={f"kept-{n:04}": ("last 1/9",) for n in range(120)},
    )
    log_plan("myeks", survey)
    logged = [record.__dict__["delete"] for record in caplog.records if "delete" in record.__dict__]
    assert [len(part) for part in logged] == [LOGGED, LOGGED, 50]
    assert sum(len(record.__dict__.get("keep", {})) for record in caplog.records) == 120
