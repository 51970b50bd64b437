"""pull_copies: a tick of its schedule, requests of sources, and ends of copies, as queue messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from lambdas.pull_copies.handler import handle
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.troubles import TroubleKind
from snapkeep.inbound.copies import TRIES
from snapkeep.settings import PullCopiesSettings
from snapkeep.wiring import aws, vault
from tests.fakes.pulling import PROD, SOURCE, PullWorld
from tests.unit.lambdas.conftest import Context, Load, in_queue


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> PullWorld:
    """A vault, and a source with a ready point of one claim."""
    world = PullWorld("mysql")
    for variable in PullCopiesSettings(journal_table="t", event_bus="b").to_environment():
        monkeypatch.setenv(variable, "x")
    monkeypatch.setattr(aws, "ports", lambda _: None)
    monkeypatch.setattr(vault, "pull_copies", lambda _: world.puller)
    return world


def wanted(world: PullWorld, event: Any, account: str = SOURCE) -> dict[str, Any]:
    """The sample as the world's source sends it, in a batch."""
    world.source.turn()
    request = world.source.requests()[-1]
    return in_queue({**event, "account": account, "detail": request.to_document()})


def ended(world: PullWorld, event: Any) -> dict[str, Any]:
    """The sample as it tells of the vault's copy, in a batch."""
    (copy,) = world.ec2.all
    return in_queue(json.loads(json.dumps(event).replace("snap-0ccccccccccccccc1", copy)))


def test_a_request_is_copied_and_answered_when_ec2_says_that_the_copy_ended(
    world: PullWorld, sample: Load, context: Context
) -> None:
    done = {"batchItemFailures": list[str]()}
    assert handle(wanted(world, sample("pull_copies/wanted")), context) == done
    world.ec2.finish_copies()
    assert handle(ended(world, sample("pull_copies/copied")), context) == done
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY]
    assert world.records()["mysql"].incremental is True


def test_a_tick_takes_a_turn_for_each_source(world: PullWorld, sample: Load, context: Context) -> None:
    world.ask()
    world.ec2.finish_copies()
    (source,) = handle(sample("pull_copies/tick"), context)["sources"]
    assert (source["place"], len(source["ready"]), source["given_up"]) == ("prod", 1, {})
    assert list(source["answered"].values()) == ["ready"]


def test_a_stranger_is_dropped(world: PullWorld, sample: Load, context: Context) -> None:
    batch = wanted(world, sample("pull_copies/wanted"), account="999999999999")
    assert handle(batch, context) == {"batchItemFailures": []}
    assert (world.answered(), world.waiting(), world.ec2.all) == ([], [], {})


def test_a_request_that_cannot_be_read_is_dropped_and_told_once(
    world: PullWorld, sample: Load, context: Context
) -> None:
    newer = {**sample("pull_copies/wanted_newer"), "account": SOURCE}
    for _ in range(3):
        assert handle(in_queue(newer), context) == {"batchItemFailures": []}
    (reason,) = world.told(TroubleKind.REQUESTS_REFUSED)
    assert "deploy the same release to source and vault" in reason
    huge = {**newer, "detail": {"version": 1, "deployment": "x" * 100_000, "tags": {}}}
    stranger = {**newer, "account": "999999999999"}
    assert handle(in_queue(huge, stranger), context) == {"batchItemFailures": []}
    assert all(len(each) < 300 for each in world.told(TroubleKind.REQUESTS_REFUSED))


def test_a_request_that_the_journal_does_not_take_goes_back(
    world: PullWorld, sample: Load, context: Context
) -> None:
    world.journal.fail_next("keep", TemporaryError("throttled"))
    batch = wanted(world, sample("pull_copies/wanted"))
    assert handle(batch, context) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert handle(batch, context) == {"batchItemFailures": []}
    assert world.ec2.calls["copy"] == 1


def test_the_end_of_a_copy_waits_for_another_invocation_and_a_request_need_not(
    world: PullWorld, sample: Load, context: Context
) -> None:
    world.ask()
    now = world.clock()
    world.journal.copies.lease_place(PROD.name, "another", now + timedelta(minutes=6), now)
    newer = in_queue({**sample("pull_copies/wanted_newer"), "account": SOURCE})
    assert handle(newer, context) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert handle(wanted(world, sample("pull_copies/wanted")), context) == {"batchItemFailures": []}
    batch = ended(world, sample("pull_copies/copied"))
    for tries in range(1, TRIES + 1):
        batch["Records"][0]["attributes"] = {"ApproximateReceiveCount": str(tries)}
        failed = handle(batch, context)["batchItemFailures"]
        assert failed == ([{"itemIdentifier": "message-1"}] if tries < TRIES else [])


def test_the_end_of_somebody_elses_copy_is_done(world: PullWorld, sample: Load, context: Context) -> None:
    assert handle(in_queue(sample("pull_copies/copied")), context) == {"batchItemFailures": []}


def test_what_is_no_event_goes_back(world: PullWorld, context: Context) -> None:
    failed = handle(in_queue("{", "[]"), context)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["message-1", "message-2"]
