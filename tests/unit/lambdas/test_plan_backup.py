"""plan_backup: each sample of what a schedule sends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lambdas.plan_backup.handler import handle
from snapkeep.domain.errors import PermanentError
from snapkeep.inbound.errors import MalformedMessage
from tests.fakes.world import SLOT, World
from tests.unit.lambdas.conftest import Context, Load


@pytest.mark.parametrize("case", ["slot", "missed_slot"])
def test_a_schedule_becomes_a_run_of_its_own_slot(
    world: World, sample: Load, context: Context, case: str
) -> None:
    event = sample(f"plan_backup/{case}")
    world.clock.now = datetime.fromisoformat(event["scheduledTime"]) + timedelta(minutes=20)
    answer = handle(event, context)
    assert answer["slot"] == event["scheduledTime"].replace("Z", "+00:00")
    assert (answer["policy"], answer["state"], answer["total"]) == ("daily", "running", 2)
    assert [len(job.points) for job in world.queue.jobs] == [2]


def test_the_same_event_again_answers_with_the_same_run(world: World, sample: Load, context: Context) -> None:
    first = handle(sample("plan_backup/slot"), context)
    assert handle(sample("plan_backup/slot"), context)["id"] == first["id"]
    assert len(world.journal.runs.all) == 1


def test_a_time_that_is_no_slot_is_refused_and_the_answer_says_why(
    world: World, sample: Load, context: Context
) -> None:
    event = {**sample("plan_backup/slot"), "scheduledTime": "2026-11-24T17:59:00Z"}
    answer = handle(event, context)
    assert "is not due then" in answer["refused"]
    assert context.aws_request_id in answer["refused"]
    assert world.journal.runs.all == {}


def test_the_slot_of_several_clusters_starts_a_run_in_each(
    world: World, sample: Load, context: Context
) -> None:
    event = sample("plan_backup/several_clusters")
    answer = handle(event, context)
    assert answer == {"started": ["myeks.daily.20261124T180000Z"]}
    assert world.starter.started == [("myeks", "daily", SLOT)]
    assert world.journal.runs.all == {}


def test_a_schedule_that_outlived_its_policy_says_what_to_do(
    world: World, sample: Load, context: Context
) -> None:
    with pytest.raises(PermanentError, match=r"no policy 'weekly-of-somebody-else'.*deploy again"):
        handle(sample("plan_backup/unknown_policy"), context)
    assert world.journal.runs.all == {}


@pytest.mark.parametrize(
    ("case", "word"), [("placeholder_not_filled", "scheduledTime"), ("no_policy", "policy")]
)
def test_an_input_that_is_not_ours_names_what_is_wrong(
    world: World, sample: Load, context: Context, case: str, word: str
) -> None:
    with pytest.raises(MalformedMessage, match=word):
        handle(sample(f"plan_backup/{case}"), context)
    assert world.journal.runs.all == {}
