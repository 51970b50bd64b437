"""copy_points: a tick of its schedule, and what EC2 says about copies, as bodies of queue messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from lambdas.copy_points.handler import handle
from snapkeep.domain.copies.records import CopyStage
from snapkeep.inbound.copies import TRIES
from snapkeep.settings import CopyPointsSettings
from snapkeep.wiring import aws, copies
from tests.fakes.asking import VAULT, AskWorld
from tests.fakes.copying import CopyWorld
from tests.unit.lambdas.conftest import Context, Load, in_queue


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CopyWorld:
    """A ready point of one claim, and a place to copy it to."""
    world = CopyWorld("mysql")
    for variable in CopyPointsSettings(journal_table="t", event_bus="b").to_environment():
        monkeypatch.setenv(variable, "x")
    monkeypatch.setattr(aws, "ports", lambda _: None)
    monkeypatch.setattr(copies, "take_copies", lambda _: world.taker)
    return world


def about(event: Any, world: CopyWorld) -> dict[str, Any]:
    """The sample as it tells of the world's copy, in a batch."""
    (copy,) = world.osaka.all
    return in_queue(json.loads(json.dumps(event).replace("snap-0ccccccccccccccc1", copy)))


def test_a_tick_begins_copies_and_reports_them(world: CopyWorld, sample: Load, context: Context) -> None:
    (place,) = handle(sample("copy_points/tick"), context)["places"]
    assert (place["place"], len(place["started"]), place["given_up"]) == ("osaka", 1, {})


@pytest.mark.parametrize(
    ("case", "incremental"), [("copied", True), ("copied_other_arn", False), ("copied_third_arn", True)]
)
def test_a_copy_is_ready_once_ec2_says_so_in_any_of_its_forms(
    world: CopyWorld, sample: Load, context: Context, case: str, incremental: bool
) -> None:
    world.turn()
    world.osaka.finish_copies()
    assert handle(about(sample(f"copy_points/{case}"), world), context) == {"batchItemFailures": []}
    record = world.records()["mysql"]
    assert (record.stage, record.incremental) == (CopyStage.READY, incremental)


def test_an_event_is_not_believed_against_what_ec2_shows(
    world: CopyWorld, sample: Load, context: Context
) -> None:
    world.turn()
    for case in ("copied", "copy_failed"):
        handle(about(sample(f"copy_points/{case}"), world), context)
    assert world.records()["mysql"].stage is CopyStage.COPYING


def test_a_copy_of_another_account_is_ignored(world: CopyWorld, sample: Load, context: Context) -> None:
    world.turn()
    world.osaka.finish_copies()
    assert handle(about(sample("copy_points/other_account"), world), context) == {"batchItemFailures": []}
    assert world.records()["mysql"].stage is CopyStage.COPYING


def test_what_cannot_be_read_goes_back_and_the_rest_is_done(
    world: CopyWorld, sample: Load, context: Context
) -> None:
    world.turn()
    world.osaka.finish_copies()
    batch = about(sample("copy_points/copied"), world)
    bad = in_queue(sample("copy_points/no_snapshot"), "{", "[]")["Records"]
    batch["Records"] += [{**each, "messageId": f"bad-{n}"} for n, each in enumerate(bad)]
    failed = handle(batch, context)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["bad-0", "bad-1", "bad-2"]
    assert world.records()["mysql"].stage is CopyStage.READY


def test_an_event_waits_for_another_invocation_and_at_last_leaves_it_to_the_schedule(
    world: CopyWorld, sample: Load, context: Context
) -> None:
    world.turn()
    world.osaka.finish_copies()
    now = world.clock()
    world.journal.copies.lease_place("osaka", "another", now + timedelta(minutes=6), now)
    batch = about(sample("copy_points/copied"), world)
    for tries in range(1, TRIES + 1):
        batch["Records"][0]["attributes"] = {"ApproximateReceiveCount": str(tries)}
        failed = handle(batch, context)["batchItemFailures"]
        assert failed == ([{"itemIdentifier": "message-1"}] if tries < TRIES else [])


def test_an_event_of_a_region_without_a_place_is_done(
    world: CopyWorld, sample: Load, context: Context
) -> None:
    world.turn()
    event = sample("copy_points/copied") | {"region": "eu-west-1"}
    assert handle(about(event, world), context) == {"batchItemFailures": []}


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> AskWorld:
    """A ready point of one claim, which a vault was asked for."""
    world = AskWorld("mysql")
    world.turn()
    for variable in CopyPointsSettings(journal_table="t", event_bus="b").to_environment():
        monkeypatch.setenv(variable, "x")
    monkeypatch.setattr(aws, "ports", lambda _: None)
    monkeypatch.setattr(copies, "take_copies", lambda _: world.taker)
    return world


def answered(event: Any, world: AskWorld) -> dict[str, Any]:
    """The sample as it answers the world's request, in a batch."""
    (request,) = world.requests()
    detail = event["detail"] | {
        "snapshot": request.snapshot,
        "point": request.point,
        "region": VAULT.region,
        "answered_at": world.clock().isoformat(),
    }
    return in_queue(event | {"detail": detail})


@pytest.mark.parametrize(
    ("case", "stage"),
    [
        ("ready", CopyStage.READY),
        ("failed", CopyStage.FAILED),
        ("refused", CopyStage.GIVEN_UP),
        ("later", CopyStage.WAITING),
    ],
)
def test_a_vaults_answer_settles_what_was_asked(
    asking: AskWorld, sample: Load, context: Context, case: str, stage: CopyStage
) -> None:
    event = answered(sample(f"copy_points/answered_{case}"), asking)
    assert handle(event, context) == {"batchItemFailures": []}
    assert asking.records()["mysql"].stage is stage and asking.shared() == []


def test_an_answer_waits_while_another_invocation_works_on_the_vault(
    asking: AskWorld, sample: Load, context: Context
) -> None:
    asking.journal.copies.lease_place("vault", "other", asking.clock() + timedelta(minutes=5), asking.clock())
    event = answered(sample("copy_points/answered_ready"), asking)
    (failed,) = handle(event, context)["batchItemFailures"]
    assert failed == {"itemIdentifier": event["Records"][0]["messageId"]}


def test_an_answer_that_cannot_be_read_goes_back_to_its_queue(
    asking: AskWorld, sample: Load, context: Context
) -> None:
    event = sample("copy_points/answered_ready")
    assert handle(in_queue(event | {"detail": {"version": 2}}), context)["batchItemFailures"] != []
