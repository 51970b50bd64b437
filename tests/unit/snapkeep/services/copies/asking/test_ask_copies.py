"""A point is asked for until the vault has it, whatever dies, is lost or comes twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.asking import ACCOUNT, VAULT, VAULT_KEY, AskWorld
from tests.fakes.crashes import CrashAt, Serialized, eight_at_once
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def all_are_there(world: AskWorld) -> None:
    records = world.records()
    assert {name: record.stage for name, record in records.items()} == {
        "mysql": CopyStage.READY,
        "wordpress": CopyStage.READY,
    }
    for record in records.values():
        assert record.snapshot_id == world.in_vault[record.point_id]
        assert record.kms_key == VAULT_KEY
    assert world.shared() == []
    assert {record.claim for record in world.news.ready} == {"mysql", "wordpress"}
    assert world.news.troubles == []


def lived(wrap: Callable[[Any], Any] = lambda port: port, *, events: int = 1) -> AskWorld:
    """Two short whiles, far enough apart for what was lost to be asked for again."""
    world = AskWorld(wrap=wrap)
    world.live_asking(minutes=10, events=events)
    world.wait(hours=3)
    world.live_asking(minutes=10, events=events)
    return world


def test_a_point_is_held_and_shared_while_it_is_asked_for() -> None:
    world = AskWorld("mysql")
    report = world.turn()
    (request,) = world.requests()
    source = world.ebs.all[request.snapshot]
    assert report.started == [request.point] and report.given_up == {}
    assert (request.deployment, request.place, request.region) == ("snapkeep", "vault", "ap-northeast-2")
    assert request.tags == {key: source.tags[key] for key in request.tags}
    assert request.tags[tags.CLAIM_UID] == "uid-shop-mysql"
    assert world.shares.all == {(source.id, ACCOUNT)}
    assert world.held() == ["mysql"]
    assert world.regions.region(VAULT.region).calls["copy"] == 0


def test_when_the_vault_has_the_copy_nothing_is_shared_or_held() -> None:
    world = AskWorld()
    world.turn()
    until = world.clock() + 14 * DAY
    for claim in ("mysql", "wordpress"):
        (report,) = world.answer(claim, locked_until=until)
        assert report.given_up == {}
    all_are_there(world)
    assert world.held() == []
    assert world.records()["mysql"].locked_until == until
    assert world.turn().started == [] and len(world.requests()) == 2


def test_the_points_of_the_next_day_are_asked_for_and_old_ones_are_not() -> None:
    world = lived()
    world.back_up_again(SLOT + DAY)
    world.live_asking(minutes=10)
    taken = sorted(record.taken.date() for record in world.journal.copies.all.values())
    assert len(taken) == 4 and len(world.requests()) == 4


@pytest.mark.parametrize("events", [1, 8])
def test_answers_may_come_eight_times(events: int) -> None:
    world = lived(events=events)
    all_are_there(world)
    assert len(world.news.ready) == 2 and len(world.requests()) == 2


def test_what_stays_unanswered_is_asked_again_after_three_hours() -> None:
    world = AskWorld("mysql")
    world.turn()
    assert world.later(hours=2, minutes=55).started == []
    assert len(world.later(minutes=5).started) == 1
    first, second = world.requests()
    assert replace(second, asked_at=first.asked_at) == first
    assert world.records()["mysql"].attempt == 1


def steps() -> int:
    counter = CrashAt(0, after=False)
    AskWorld(wrap=counter).live_asking(minutes=5)
    return counter.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_ends_with_every_point_in_the_vault(after: bool) -> None:
    total = steps()
    assert total > 40
    for step in range(1, total + 1):
        crash = CrashAt(step, after=after)
        world = lived(crash)
        assert crash.crashed, step
        all_are_there(world)
        assert {record.attempt for record in world.records().values()} == {1}, crash.crashed


@pytest.mark.parametrize("method", ["share", "unshare", "ask", "write_copy", "copy_ready", "shared_with"])
def test_a_lost_answer_of_aws_changes_nothing(method: str) -> None:
    world = AskWorld()
    for port in (world.shares, world.vaults, world.journal, world.news):
        port.lose_answer(method)
    world.live_asking(minutes=10)
    world.wait(hours=3)
    world.live_asking(minutes=10)
    all_are_there(world)


def test_eight_turns_at_once_ask_once_for_each_point() -> None:
    world = AskWorld(wrap=Serialized())
    eight_at_once(world.turn)
    assert sorted(request.tags[tags.CLAIM] for request in world.requests()) == ["mysql", "wordpress"]


def test_no_more_is_asked_than_there_is_room_for() -> None:
    names = [f"claim-{number:02}" for number in range(IN_FLIGHT + 3)]
    world = AskWorld(*names)
    assert world.turn().waiting == 3
    assert len(world.requests()) == IN_FLIGHT
    world.answer(world.requests()[0].tags[tags.CLAIM])
    assert len(world.requests()) == IN_FLIGHT + 1


def test_a_bus_that_takes_nothing_is_asked_once_a_turn_and_told() -> None:
    world = AskWorld()
    refusal = TemporaryError("the bus of the vault does not let us in")
    world.vaults.fail_next("ask", *[refusal] * 6)
    for _ in range(6):
        assert refusal.reason in str(world.turn().given_up)
        world.wait(minutes=5)
    assert [topic.kind for topic, *_ in world.news.troubles] == [TroubleKind.WORK_GIVEN_UP]
    world.live_asking(minutes=10)
    assert {record.stage for record in world.records().values()} == {CopyStage.READY}


def test_a_lost_journal_asks_again_and_the_vault_says_what_it_has() -> None:
    world = lived()
    world.journal.copies.all.clear()
    world.live_asking(minutes=10)
    assert {record.stage for record in world.records().values()} == {CopyStage.READY}
    assert len(world.in_vault) == 2 and world.shared() == []


def test_a_source_that_is_deleted_while_it_is_shared_is_given_up() -> None:
    world = AskWorld("mysql")
    world.turn()
    (request,) = world.requests()
    del world.ebs.all[request.snapshot]
    world.later(hours=3)
    record = world.records()["mysql"]
    assert record.stage is CopyStage.GIVEN_UP and "no longer a ready recovery point" in record.reason


def test_a_place_that_retires_asks_for_nothing_more() -> None:
    world = AskWorld("mysql", place=replace(VAULT, retire=True))
    assert world.turn().started == []


def test_another_key_than_expected_is_told() -> None:
    world = AskWorld("mysql", place=replace(VAULT, kms_key=VAULT_KEY))
    world.turn()
    other = VAULT_KEY.replace("key/1", "key/2")
    (report,) = world.answer("mysql", kms_key=other)
    (reason,) = report.given_up.values()
    assert other in reason and VAULT_KEY in reason


def test_a_vault_in_another_account_begins_anew() -> None:
    world = lived()
    other = replace(VAULT, account="333344445555")
    world.deployment = replace(world.deployment, places=(other,))
    world.build()
    assert len(world.turn().started) == 2
    assert {account for _, account in world.shares.all} == {other.account}


def test_a_request_to_the_vault_of_before_ends_with_its_share() -> None:
    world = AskWorld("mysql")
    world.turn()
    other = replace(VAULT, account="333344445555")
    world.deployment = replace(world.deployment, places=(other,))
    world.build()
    world.turn()
    assert {each for _, each in world.shares.all} == {other.account}
    assert world.answer("mysql", Outcome.READY) and world.records()["mysql"].stage is CopyStage.COPYING


def renamed(world: AskWorld, **changes: Any) -> None:
    """Give the vault another name in the config, and let the rules copy to it."""
    rules = [replace(rule, to="second") for rule in world.deployment.policies[0].copies]
    policy = replace(world.deployment.policies[0], copies=tuple(rules))
    places = (replace(VAULT, name="second", **changes),)
    world.deployment = replace(world.deployment, places=places, policies=(policy,))
    world.build()


def test_what_a_vault_that_left_the_config_was_asked_for_is_shared_no_more() -> None:
    world = AskWorld("mysql")
    world.turn()
    renamed(world, account="333344445555")
    for _ in range(2):
        world.turn()
    assert {account for _, account in world.shares.all} == {"333344445555"}
    stages = {record.place: record.stage for record in world.journal.copies.all.values()}
    assert stages == {"vault": CopyStage.FAILED, "second": CopyStage.COPYING}
    assert [known.name for known in world.journal.copies.places()] == ["second"]


def test_a_vault_that_got_another_name_keeps_the_share_that_it_is_asked_about() -> None:
    world = AskWorld("mysql")
    world.turn()
    renamed(world)
    world.turn()
    assert {account for _, account in world.shares.all} == {ACCOUNT}


def test_a_share_that_cannot_be_ended_after_its_vault_left_is_tried_again_and_told() -> None:
    world = AskWorld("mysql")
    world.turn()
    renamed(world, account="333344445555")
    world.shares.fail_next("unshare", *[TemporaryError("unshare: throttled")] * 5)
    for _ in range(5):
        world.turn()
        world.wait(minutes=5)
    assert ACCOUNT in {account for _, account in world.shares.all}
    assert [reason for reason in world.told(TroubleKind.WORK_GIVEN_UP) if reason == "unshare: throttled"]
    world.turn()
    assert {account for _, account in world.shares.all} == {"333344445555"}


def test_what_a_person_asks_for_is_asked_of_the_vault_though_no_rule_wants_it() -> None:
    world = lived()
    world.back_up_again(SLOT + DAY)
    world.live_asking(minutes=10)
    (record,) = [each for each in world.journal.copies.all.values() if each.claim == "mysql"][:1]
    older = replace(record, stage=CopyStage.CANCELLED, snapshot_id="")
    world.journal.copies.all[record.place, record.cluster, record.point_id] = older
    assert world.turn().started == []
    world.journal.copy_requests.request_copy(older.asked("ann", world.clock()))
    assert world.turn().started == [record.point_id]


def test_what_a_person_cancels_is_shared_no_more_and_asked_for_no_more() -> None:
    world = AskWorld("mysql")
    world.turn()
    record = world.records()["mysql"]
    world.journal.copy_requests.request_copy(record.cancelled("ann", world.clock()))
    assert world.later(minutes=5).started == []
    assert world.records()["mysql"].stage is CopyStage.CANCELLED
    assert world.shared() == [] and world.held() == []
    assert world.later(hours=3).started == []
