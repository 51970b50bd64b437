"""Answers: which count, and what they bring about; and what silence does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyStage
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.errors import Throttled
from snapkeep.domain.policies import Cluster
from snapkeep.domain.troubles import TroubleKind
from snapkeep.services.copies.asking.settle_asked import NO_ANSWER
from tests.fakes.asking import ACCOUNT, VAULT, AskWorld

FORGED: dict[str, dict[str, Any]] = {
    "of a third account": {"account": "333344445555"},
    "of our own account": {"account": "111122223333"},
    "from another Region": {"region": "us-east-1"},
    "for another deployment": {"deployment": "other"},
    "about another snapshot": {"snapshot": "snap-0123456789abcdef0"},
    "about a point never asked for": {"point": "mysql-20261124t180000z-0123456789"},
}


@pytest.mark.parametrize("outcome", [*Outcome])
@pytest.mark.parametrize("changes", [*FORGED.values()], ids=[*FORGED])
def test_a_forged_answer_changes_nothing(changes: dict[str, Any], outcome: Outcome) -> None:
    world = AskWorld("mysql")
    world.turn()
    before = world.journal.copies.all.copy()
    (report,) = world.answer("mysql", outcome, **changes)
    assert world.journal.copies.all == before
    assert (report.ready, report.failed, report.given_up) == ([], {}, {})
    assert world.shared() == ["mysql"] and world.held() == ["mysql"]


def test_an_answer_for_a_place_that_is_no_vault_of_ours_is_dropped() -> None:
    world = AskWorld("mysql")
    world.turn()
    assert world.answer("mysql", place="other") == []


def test_a_refused_point_is_given_up_at_once_with_the_reason() -> None:
    world = AskWorld("mysql")
    world.turn()
    world.answer("mysql", Outcome.REFUSED, reason="the cluster is not of this source")
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.GIVEN_UP, 1)
    assert record.reason == "vault says: the cluster is not of this source"
    assert world.shared() == [] and world.held() == []
    assert world.later(days=1).started == []
    assert TroubleKind.COPY_FAILED in {topic.kind for topic, *_ in world.news.troubles}


def test_a_copy_that_fails_in_the_vault_is_asked_for_three_times() -> None:
    world = AskWorld("mysql")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert len(world.turn().started) == 1
        failed = world.answer_to("mysql", Outcome.FAILED)
        world.hear(failed)
        world.hear(failed)
        record = world.records()["mysql"]
        assert record.attempt == attempt and world.shared() == []
        assert world.turn().started == []
        world.wait(minutes=31)
    assert record.stage is CopyStage.GIVEN_UP
    assert world.turn().started == []


def test_an_answer_that_comes_late_does_not_fail_the_next_attempt() -> None:
    world = AskWorld("mysql")
    world.turn()
    failed = world.answer_to("mysql", Outcome.FAILED)
    world.hear(failed)
    world.later(minutes=16)
    world.hear(failed)
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.COPYING, 2)


def test_a_vault_that_takes_no_more_now_is_asked_again_later_and_no_attempt_counts() -> None:
    world = AskWorld("mysql")
    world.turn()
    (report,) = world.answer("mysql", Outcome.LATER, reason="4 copies of this claim were made today")
    assert [*report.later.values()] == ["4 copies of this claim were made today"]
    assert world.shared() == [] and world.held() == []
    assert world.later(hours=2, minutes=59).started == []
    assert len(world.later(minutes=1).started) == 1
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.COPYING, 1)


def test_a_day_without_an_answer_ends_the_attempt_and_is_told_once() -> None:
    world = AskWorld("mysql")
    world.turn()
    for _ in range(9):
        world.later(hours=3)
    record = world.records()["mysql"]
    assert record.reason == NO_ANSWER and record.attempt == 2
    told = [topic.kind for topic, *_ in world.news.troubles]
    assert told == [TroubleKind.COPIES_LATE]
    for _ in range(30):
        world.later(hours=3)
    record = world.records()["mysql"]
    assert (record.stage, record.attempt) == (CopyStage.GIVEN_UP, MOST_ATTEMPTS)
    assert world.shared() == [] and world.held() == []
    told = [topic.kind for topic, *_ in world.news.troubles]
    assert told == [TroubleKind.COPIES_LATE, TroubleKind.COPY_FAILED]


@pytest.mark.parametrize("days", [2, 9])
def test_a_copy_that_turns_out_to_be_there_counts_however_late(days: int) -> None:
    world = AskWorld("mysql")
    world.turn()
    ready = world.answer_to("mysql")
    for _ in range(days):
        world.later(days=1)
        world.later(minutes=31)
    world.hear(ready)
    assert world.records()["mysql"].stage is CopyStage.READY
    assert world.shared() == [] and world.held() == []
    assert world.later(minutes=5).late == {}


def test_a_ready_copy_cannot_be_talked_away() -> None:
    world = AskWorld("mysql")
    world.turn()
    world.answer("mysql")
    before = world.records()["mysql"]
    world.wait(hours=1)
    for outcome in Outcome:
        copy = "snap-0fffffffffffffff0" if outcome is Outcome.READY else ""
        world.answer("mysql", outcome, copy=copy)
    assert world.records()["mysql"] == before


def test_a_hold_lasts_a_day_at_most() -> None:
    world = AskWorld("mysql")
    world.turn()
    (hold,) = world.journal.holds.all.values()
    world.later(hours=3)
    assert hold.until - world.clock() <= timedelta(hours=21)
    assert [*world.journal.holds.all.values()] == [hold]


def test_a_request_to_the_account_of_before_stays_open_until_nothing_is_shared_with_it() -> None:
    world = AskWorld("mysql")
    world.turn()
    world.deployment = replace(world.deployment, places=(replace(VAULT, account="333344445555"),))
    world.build()
    world.shares.fail_next("unshare", Throttled("RequestLimitExceeded"))
    assert world.turn().given_up and world.records()["mysql"].account == ACCOUNT
    world.later(minutes=5)
    assert {account for _, account in world.shares.all} == {"333344445555"}


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "unanswered"])
def test_a_point_of_a_cluster_that_left_the_config_is_not_shared_for_ever(answered: bool) -> None:
    world = AskWorld("mysql")
    world.turn()
    region = world.deployment.clusters[0].region
    world.deployment = replace(world.deployment, clusters=(Cluster("other", region),), policies=())
    world.build()
    if answered:
        world.answer("mysql")
    else:
        world.later(days=1)
    assert world.shared() == [] and world.held() == []
    assert world.records()["mysql"].stage is (CopyStage.READY if answered else CopyStage.FAILED)
