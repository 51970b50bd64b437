"""A source that asks for very much gets its share and no more, and nobody else gets less for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.requests import CopyRequest, Outcome, request_for
from snapkeep.domain.copies.tags import PLACE
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.troubles import TroubleKind
from snapkeep.domain.vault.asked import Unread
from snapkeep.domain.vault.vault import VaultSource
from snapkeep.services.vault.pull_from import MOST_LOOKED_AT
from tests.fakes import pulling
from tests.fakes.asking import ACCOUNT
from tests.fakes.pulling import PullWorld
from tests.fakes.world_reads import SLOT
from tests.unit.snapkeep.domain.copies.copy_samples import a_source

PROD, STAGE = (replace(source, deployment="blue") for source in (pulling.PROD, pulling.STAGE))
"""The samples' points are of the deployment blue."""


def shared_by(world: PullWorld, source: VaultSource, number: int, start: int = 0) -> list[CopyRequest]:
    """Requests of a source for so many points, which it shares."""
    requests = []
    for each in range(start, start + number):
        found = a_source(f"{source.name}-{each:04}", slot=SLOT)
        name = f"snap-{len(world.source.ebs.all):08x}{each:09x}"
        owned = replace(found, id=name, owner=source.account)
        world.source.ebs.put(owned)
        world.source.shares.share(owned.id, ACCOUNT)
        requests.append(request_for(source.deployment, "vault", source.region, owned, world.clock()))
    return requests


def in_flight(world: PullWorld) -> Counter[str]:
    """Copies in progress by source."""
    pending = (each for each in world.ec2.all.values() if each.state is SnapshotState.PENDING)
    return Counter(each.tags[PLACE] for each in pending)


def lived(world: PullWorld, minutes: int) -> None:
    """Turns every 5 minutes, copies that take 3."""
    for minute in range(minutes):
        if minute % 5 == 0:
            world.turn()
        if minute % 5 == 3:
            world.finish()
        world.wait(minutes=1)


def test_all_of_the_places_go_to_a_source_that_waits_alone() -> None:
    world = PullWorld(sources=[PROD, STAGE])
    world.send(*shared_by(world, PROD, 20))
    assert in_flight(world) == {"prod": IN_FLIGHT}
    assert len(world.waiting()) == 20


def test_two_sources_that_wait_share_the_places_evenly() -> None:
    world = PullWorld(sources=[PROD, STAGE])
    flood, few = shared_by(world, PROD, 100), shared_by(world, STAGE, 10)
    world.send(*flood[:5])
    world.send(*few, account=STAGE.account)
    world.send(*flood[5:])
    world.turn()
    assert in_flight(world).total() == IN_FLIGHT
    assert in_flight(world)["stage"] >= IN_FLIGHT // 2
    lived(world, 20)
    done = Counter(answer.outcome for source, answer in world.answers.answered if source.name == "stage")
    assert done == {Outcome.READY: 10}


def test_a_source_that_filled_the_places_first_gives_them_up_as_its_copies_end() -> None:
    world = PullWorld(sources=[PROD, STAGE])
    world.send(*shared_by(world, PROD, 60))
    world.send(*shared_by(world, STAGE, 15), account=STAGE.account)
    assert in_flight(world) == {"prod": IN_FLIGHT}
    world.finish()
    world.turn()
    assert in_flight(world)["stage"] >= IN_FLIGHT // 2
    lived(world, 30)
    assert all(answer.outcome is Outcome.READY for answer in world.answered())
    assert Counter(source.name for source, _ in world.answers.answered) == {"prod": 60, "stage": 15}


def test_beyond_its_limit_of_a_day_a_source_is_put_off_and_people_are_told() -> None:
    world = PullWorld(sources=[replace(PROD, a_day=20)])
    requests = shared_by(world, PROD, 50)
    world.send(*requests)
    lived(world, 30)
    outcomes = Counter(answer.outcome for answer in world.answered())
    assert (world.ec2.calls["copy"], outcomes) == (20, {Outcome.READY: 20, Outcome.LATER: 30})
    assert world.waiting() == []
    (reason,) = world.told(TroubleKind.LIMIT_REACHED)
    assert reason.startswith("20 copies were begun in 24 hours, which is its limit (a_day), and")
    world.wait(days=1)
    put_off = {answer.point for answer in world.answered() if answer.outcome is Outcome.LATER}
    world.send(*[each for each in requests if each.point in put_off])
    lived(world, 20)
    assert world.ec2.calls["copy"] == 40
    assert len(world.told(TroubleKind.LIMIT_REACHED)) == 1


def test_a_flood_of_what_does_not_hold_is_worked_off_and_stops_nobody_else() -> None:
    world = PullWorld(sources=[PROD, STAGE])
    good = shared_by(world, PROD, 1)[0]
    forged = [
        replace(good, snapshot=f"snap-{number:017x}", tags={**good.tags, tags.POINT: f"a-{number:05}"})
        for number in range(3 * MOST_LOOKED_AT)
    ]
    keep(world, forged)
    world.send(*shared_by(world, STAGE, 3), account=STAGE.account)
    assert in_flight(world) == {"stage": 3}
    for _ in range(4):
        world.wait(minutes=5)
        world.turn()
    assert (len(world.told(TroubleKind.REQUESTS_REFUSED)), world.ec2.calls["copy"]) == (1, 3)
    assert not [point for point in world.waiting() if point.startswith("a-")]
    world.send(good)
    assert in_flight(world)["prod"] == 1


def keep(world: PullWorld, requests: Sequence[CopyRequest]) -> None:
    """Let requests of PROD arrive while another invocation works on it."""
    now = world.clock()
    world.journal.copies.lease_place("prod", "another", now.replace(year=now.year + 1), now)
    with suppress(KeyError):
        world.send(*requests)
    world.journal.copies.release_place("prod", "another")


def test_a_stranger_gets_no_answer_and_nothing_is_kept() -> None:
    world = PullWorld()
    (request,) = shared_by(world, PROD, 1)
    strangers = [
        (request, "999999999999"),
        (replace(request, region="us-east-1"), PROD.account),
        (replace(request, deployment="other", tags={**request.tags, tags.DEPLOYMENT: "other"}), PROD.account),
    ]
    for each, account in strangers:
        world.send(each, account=account)
    world.turn()
    assert (world.answered(), world.waiting(), world.ec2.all) == ([], [], {})
    assert world.journal.vault_requests.signs == {}


def test_a_flood_of_what_cannot_be_read_is_told_and_lists_nothing() -> None:
    world = PullWorld(sources=[PROD, STAGE])
    for _ in range(10):
        world.send(unread=[Unread(PROD.account, "size_bytes must be a number"), Unread("999999999999", "no")])
    assert world.told(TroubleKind.REQUESTS_REFUSED) == ["size_bytes must be a number"]
    assert world.ec2.calls == {}


def test_each_turn_begins_with_another_source_in_case_its_time_runs_out() -> None:
    world = PullWorld(sources=[PROD, STAGE])
    first = []
    for _ in range(4):
        first.append(world.turn().place)
        world.wait(minutes=5)
    assert set(first) == {"prod", "stage"} and first[:2] == first[2:]
