"""One request: what stops it, and what a failed one leaves behind."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyStage
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.errors import Forbidden, Throttled
from tests.fakes.asking import VAULT, AskWorld


def test_a_point_that_may_not_be_shared_is_tried_three_times_and_nothing_of_it_stays() -> None:
    world = AskWorld("mysql")
    world.shares.fail_next("share", *[Forbidden("an organization policy forbids it")] * 9)
    world.live_asking(minutes=180)
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.GIVEN_UP, MOST_ATTEMPTS)
    assert "organization policy" in record.reason
    assert world.requests() == [] and world.held() == [] and world.shared() == []
    assert [each.attempt for each in world.news.failed] == [1, 2, 3]


def test_a_share_that_ec2_throttles_is_tried_by_the_next_turn_as_the_same_attempt() -> None:
    world = AskWorld("mysql")
    world.shares.fail_next("share", Throttled("RequestLimitExceeded"))
    world.live_asking(minutes=15)
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.READY, 1)


def test_a_point_that_is_gone_before_it_is_held_is_not_asked_for() -> None:
    world = AskWorld("mysql")
    (source,) = world.ebs.all
    world.ebs.meanwhile("get", lambda: world.ebs.all.pop(source))
    world.turn()
    assert world.records()["mysql"].stage is CopyStage.GIVEN_UP and world.requests() == []


def test_a_point_stays_shared_for_the_vault_in_another_region_of_the_account() -> None:
    world = AskWorld("mysql")
    second = replace(VAULT, name="second", region="us-east-1")
    (policy,) = world.deployment.policies
    (rule,) = policy.copies
    both = replace(policy, copies=(rule, replace(rule, to="second")))
    world.deployment = replace(world.deployment, places=(VAULT, second), policies=(both,))
    world.build()
    world.taker.run(world.owner())
    world.answer("mysql", Outcome.READY, place="vault")
    assert world.shared() == ["mysql"]
    world.answer("mysql", Outcome.READY, place="second", region=second.region)
    assert world.shared() == []
