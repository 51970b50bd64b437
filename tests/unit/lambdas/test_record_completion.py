"""record_completion: what EC2 tells of snapshots, each sample as the body of a queue message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdas.record_completion.handler import handle
from snapkeep.domain.points import PointState, Snapshot
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load, in_queue


def backed_up(world: World) -> list[Snapshot]:
    """Let the world have two pending snapshots; EC2 then completes them."""
    world.backup()
    world.work()
    world.ebs.complete()
    return list(world.ebs.all.values())


def about(event: Any, snapshots: list[Snapshot]) -> Any:
    """The sample told of these snapshots instead of the made-up ones."""
    names = {"snap-0aaaaaaaaaaaaaaa1": 0, "snap-0bbbbbbbbbbbbbbb1": 0, "snap-0bbbbbbbbbbbbbbb2": 1}
    text = json.dumps(event)
    for made_up, number in names.items():
        text = text.replace(made_up, snapshots[number].id)
    return json.loads(text)


@pytest.mark.parametrize(
    ("case", "ready"), [("snapshot", 1), ("snapshot_other_arn", 1), ("snapshot_failed", 1), ("group", 2)]
)
def test_the_points_an_event_names_become_what_ec2_says_of_them(
    world: World, sample: Load, context: Context, case: str, ready: int
) -> None:
    event = about(sample(f"record_completion/{case}"), backed_up(world))
    assert handle(in_queue(event), context) == {"batchItemFailures": []}
    assert list(world.states().values()).count(PointState.READY) == ready


def test_a_group_that_failed_fails_its_points(world: World, sample: Load, context: Context) -> None:
    world.backup()
    world.work()
    for snapshot_id in world.ebs.all:
        world.ebs.break_snapshot(snapshot_id)
    event = about(sample("record_completion/group_failed"), list(world.ebs.all.values()))
    assert handle(in_queue(event), context) == {"batchItemFailures": []}
    assert set(world.states().values()) == {PointState.FAILED}


@pytest.mark.parametrize("case", ["copy", "unknown_kind"])
def test_news_that_do_not_concern_us_are_a_quiet_nothing(
    world: World, sample: Load, context: Context, case: str
) -> None:
    backed_up(world)
    assert handle(in_queue(sample(f"record_completion/{case}")), context) == {"batchItemFailures": []}
    assert set(world.states().values()) == {PointState.PENDING}


def test_an_event_that_names_no_snapshot_goes_back(world: World, sample: Load, context: Context) -> None:
    answer = handle(in_queue(sample("record_completion/no_snapshot")), context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_an_event_ahead_of_ec2_comes_again(world: World, sample: Load, context: Context) -> None:
    """The snapshot it names is not visible yet; the one beside it is recorded all the same."""
    snapshots = backed_up(world)
    unseen = sample("record_completion/snapshot")
    seen = about(sample("record_completion/snapshot"), snapshots)
    answer = handle(in_queue(unseen, seen), context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert list(world.states().values()).count(PointState.READY) == 1
