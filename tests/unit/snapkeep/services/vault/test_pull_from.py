"""What a vault does with requests: it copies each point once, and tells the source what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.copies.tags import COPY_FROM
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.retention.deletion.deletions import Deletion
from snapkeep.domain.troubles import TroubleKind
from snapkeep.services.vault import known_sources
from tests.fakes.asking import ACCOUNT, VAULT_KEY
from tests.fakes.copies import BAD_KEY
from tests.fakes.pulling import PROD, PullWorld


def test_a_copy_is_locked_while_it_is_pending_and_its_answer_says_what_ec2_shows() -> None:
    world = PullWorld("mysql")
    world.ask()
    (copy,) = world.ec2.all.values()
    assert (copy.state, copy.id in world.ec2.locks) == (SnapshotState.PENDING, True)
    assert copy.tags[COPY_FROM] == "111122223333/ap-northeast-2"
    assert world.answered() == []
    world.finish()
    (answer,) = world.answered()
    (lock,) = world.ec2.locks[copy.id]
    assert (answer.outcome, answer.copy, answer.kms_key) == (Outcome.READY, copy.id, VAULT_KEY)
    assert (answer.region, answer.locked_until) == ("eu-west-1", lock.locked_until)


def test_a_point_that_is_here_is_answered_at_once_and_not_copied_again() -> None:
    world = PullWorld("mysql")
    world.live(minutes=20)
    request = world.source.requests()[-1]
    for _ in range(3):
        world.send(request)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY] * 4
    assert (world.ec2.calls["copy"], world.waiting()) == (1, [])


def test_a_copy_that_ec2_fails_is_tried_three_times_then_answered_and_tried_anew_when_asked_again() -> None:
    world = PullWorld("mysql")
    world.ec2.fails = [BAD_KEY] * 3
    request = world.asked()
    world.send(request)
    for _ in range(30):
        world.turn()
        world.finish()
        world.wait(minutes=5)
    outcome, reason = world.last()
    assert outcome is Outcome.FAILED and BAD_KEY in reason
    assert (world.ec2.calls["copy"], len(world.answered()), world.waiting()) == (3, 1, [])
    assert len(world.told(TroubleKind.COPY_FAILED)) == 1
    world.send(request)  # the same event once more
    assert (world.ec2.calls["copy"], world.last()[0]) == (3, Outcome.FAILED)
    world.send(replace(request, asked_at=world.clock()), request)  # and once more, late
    world.finish()
    assert (world.ec2.calls["copy"], world.last()[0]) == (4, Outcome.READY)


def test_a_request_from_the_future_is_tried_no_oftener_than_any_other() -> None:
    world = PullWorld("mysql")
    world.ec2.fails = [BAD_KEY] * 9
    world.send(replace(world.asked(), asked_at=world.clock() + timedelta(days=9)))
    for _ in range(30):
        world.turn()
        world.finish()
        world.wait(minutes=5)
    assert (world.ec2.calls["copy"], len(world.answered()), world.waiting()) == (3, 1, [])


def test_a_disabled_key_of_the_vault_fails_copies_and_says_so() -> None:
    world = PullWorld("mysql")
    world.ec2.closed_keys.add(VAULT_KEY)
    world.live(minutes=240)
    assert Outcome.FAILED in {answer.outcome for answer in world.answered()}
    assert all(BAD_KEY in answer.reason for answer in world.answered())
    assert world.source.records()["mysql"].stage is CopyStage.GIVEN_UP
    assert len(world.told(TroubleKind.COPY_FAILED)) == len(world.source.told(TroubleKind.COPY_FAILED)) == 1
    world.ec2.closed_keys.clear()
    world.source.back_up_again(world.clock().replace(microsecond=0))
    world.live(minutes=20)
    assert world.source.records()["mysql"].stage is CopyStage.READY


def test_a_full_region_lets_requests_wait() -> None:
    world = PullWorld("mysql", "wordpress")
    world.ec2.most_in_progress = 1
    world.live(minutes=40)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY] * 2
    assert world.news.troubles == []


@pytest.mark.parametrize("half_way", ["unshare", "delete"])
def test_a_source_that_goes_half_way_fails_the_copy_or_not_as_ec2_says(half_way: str) -> None:
    world = PullWorld("mysql")
    request = world.asked()
    world.send(request)
    world.source.shares.unshare(request.snapshot, ACCOUNT)
    if half_way == "delete":
        world.source.ebs.delete(request.snapshot)
    world.finish()
    for _ in range(30):
        world.turn()
        world.wait(minutes=5)
    outcome, reason = world.last()
    if half_way == "unshare":
        assert outcome is Outcome.READY
    else:
        assert outcome is Outcome.FAILED and "is gone, or not shared" in reason
    assert (world.ec2.calls["copy"], world.waiting()) == (1, [])


def test_a_point_that_is_unshared_between_the_check_and_the_copy_is_not_copied() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    kept = world.journal.vault_requests
    unshare = partial(world.source.shares.unshare, request.snapshot, ACCOUNT)
    kept.meanwhile("waiting", lambda: kept.meanwhile("request", unshare))
    world.send(request)
    world.turn()
    outcome, reason = world.last()
    assert outcome is Outcome.FAILED and "is gone, or not shared" in reason
    assert world.ec2.calls["copy"] == 0


def test_ec2_that_does_not_answer_lets_requests_wait() -> None:
    world = PullWorld("mysql")
    world.shared.fail_next("shared", *[TemporaryError("describe: timed out")] * 2)
    world.ask()
    assert world.turn().given_up == {"prod: new copies": "describe: timed out"}
    assert world.answered() == []
    world.live(minutes=15)
    assert world.last()[0] is Outcome.READY


def test_a_source_of_the_config_of_which_nothing_is_known_costs_little() -> None:
    world = PullWorld("mysql", sources=[replace(PROD, name="quiet", deployment="other")])
    report = world.turn()
    assert (report.place, report.given_up, report.answered) == ("quiet", {}, {})


def test_a_source_with_very_many_copies_waits_for_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_sources, "MANY", 1)
    world = PullWorld("mysql")
    world.live(minutes=20)
    listings = world.ec2.calls["find by snapkeep:managed, snapkeep:place"]
    world.send(world.source.requests()[-1])
    world.puller.ended(world.owner(), {}, sorted(world.ec2.all))
    assert world.ec2.calls["find by snapkeep:managed, snapkeep:place"] == listings
    assert len(world.waiting()) == 1
    world.turn()
    assert (world.waiting(), world.last()[0]) == ([], Outcome.READY)


def test_a_point_that_retention_let_go_is_not_copied_again_even_from_the_recycle_bin() -> None:
    world = PullWorld("mysql")
    request = world.asked()
    world.send(request)
    world.finish()
    (copy,) = world.ec2.all.values()
    intent = Deletion(copy.id, "myeks@prod", "no rule keeps it", world.clock())
    world.journal.deletions.intend_deletions([intent])
    world.ec2.all[copy.id] = replace(copy, state=SnapshotState.RECOVERABLE)
    world.wait(hours=3)
    world.send(request)
    outcome, reason = world.last()
    assert outcome is Outcome.REFUSED and f"as {copy.id}, and the vault's retention deleted it" in reason
    assert world.ec2.calls["copy"] == 1
