"""take_snapshots: jobs are worked on, and only what cannot be read goes back to the queue."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.take_snapshots.handler import handle
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load, in_queue


def failed(answer: dict[str, Any]) -> list[str]:
    """The messages that go back to the queue."""
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_the_jobs_of_a_run_create_its_points(world: World, context: Context) -> None:
    world.backup()
    answer = handle(in_queue(*(job.to_json() for job in world.queue.receive())), context)
    assert failed(answer) == []
    assert sorted(snapshot.volume_id for snapshot in world.ebs.all.values()) == [
        "vol-ebs-claim",
        "vol-other-claim",
    ]


@pytest.mark.parametrize("case", ["job", "group"])
def test_a_job_of_a_run_that_nobody_knows_any_more_is_done(
    world: World, sample: Load, context: Context, case: str
) -> None:
    assert failed(handle(sample(f"take_snapshots/{case}"), context)) == []
    assert world.ebs.all == {}


@pytest.mark.parametrize("case", ["malformed", "not_json"])
def test_what_is_no_job_goes_back_and_ends_in_the_dead_letter_queue(
    world: World, sample: Load, context: Context, case: str
) -> None:
    event = sample(f"take_snapshots/{case}")
    assert failed(handle(event, context)) == [record["messageId"] for record in event["Records"]]


def test_only_the_malformed_one_of_two_goes_back(world: World, sample: Load, context: Context) -> None:
    event = sample("take_snapshots/one_malformed_among_two")
    assert failed(handle(event, context)) == [event["Records"][0]["messageId"]]
