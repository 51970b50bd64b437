"""What a vault shows of its sources: what it knows itself, and nothing that a source claims."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.copies.places import KnownPlace
from snapkeep.domain.copies.requests import CopyRequest
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.tags import CLUSTER, POINT
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.domain.vault.overview import SourceOverview, VaultOverview
from snapkeep.services.vault.hub.show_vault import MOST_TROUBLES
from snapkeep.wiring.vault import show_vault
from tests.fakes.vault_copies import PROD, REGION, STAGE, VaultWorld


def shown(world: VaultWorld) -> VaultOverview:
    return show_vault(world.ports()).run()


def of(world: VaultWorld, name: str = "prod") -> SourceOverview:
    (found,) = [each for each in shown(world).sources if each.source.name == name]
    return found


def test_each_source_has_its_own_copies() -> None:
    world = VaultWorld()
    world.nights(3, PROD)
    world.nights(1, STAGE)
    found = shown(world)
    assert (found.at, found.region) == (world.clock(), REGION)
    assert [(each.source.name, each.copies, len(each.claims)) for each in found.sources] == [
        ("prod", 3, 1),
        ("stage", 1, 1),
    ]


def test_what_waits_and_when_it_asked_last_are_shown() -> None:
    world = VaultWorld()
    for number in range(3):
        tags = {POINT: f"point-{number}", CLUSTER: "myeks"}
        request = CopyRequest("blue", "vault", REGION, f"snap-{number:017x}", tags, 2**30, "", world.clock())
        world.journal.vault_requests.keep(StoredRequest("prod", request, world.clock()))
    assert (of(world).waiting, of(world).heard) == (3, world.clock())
    assert (of(world, "stage").waiting, of(world, "stage").heard) == (0, None)


def test_troubles_that_last_are_shown_in_their_own_words_and_not_too_many() -> None:
    world = VaultWorld()
    since = world.clock() - timedelta(days=3)
    silent = Trouble("prod", "prod has asked for nothing since 2026-05-29", since)
    failed = {f"p{n:02}": Trouble(f"p{n:02}", f"point {n} failed", since) for n in range(40)}
    troubles = world.journal.troubles
    troubles.write_troubles(Topic(TroubleKind.SOURCE_SILENT, "", "prod"), {"prod": silent}, world.clock())
    troubles.write_troubles(Topic(TroubleKind.COPY_FAILED, "myeks", "prod"), failed, world.clock())
    found = of(world).troubles
    assert found[:2] == [f"source silent: {silent.reason}", "copy failed: point 0 failed"]
    assert len(found) == MOST_TROUBLES
    assert of(world, "stage").troubles == []


def test_failed_copies_and_snapshots_that_count_nowhere_are_counted() -> None:
    world = VaultWorld()
    world.arrive(changed={POINT: "another-point"})
    broken = world.arrive(claim="other")
    world.ec2.break_snapshot(broken.id)
    assert world.ec2.all[broken.id].state is SnapshotState.ERROR
    assert (of(world).copies, of(world).failed, of(world).unreadable) == (0, 1, 1)


def test_a_source_whose_copies_ec2_does_not_show_says_so_and_the_others_are_shown() -> None:
    world = VaultWorld()
    world.nights(2, PROD, STAGE)
    world.ec2.fail_next("find", TemporaryError("EC2 does not answer"))
    first, second = shown(world).sources
    assert (first.unasked, first.copies, second.unasked, second.copies) == ("EC2 does not answer", 0, "", 2)


def test_what_sources_left_behind_is_shown() -> None:
    world = VaultWorld()
    since = world.clock()
    for name, reason in (("prod before it changed", "copies of prod"), ("old", "copies of old")):
        topic = Topic(TroubleKind.COPIES_LEFT, "", name)
        world.journal.troubles.write_troubles(topic, {name: Trouble(name, reason, since)}, since)
    world.journal.copies.write_place(KnownPlace("old", REGION, since, since, copies=7))
    assert list(shown(world).left) == ["copies of old"]
    assert of(world).troubles == ["copies left: copies of prod"] and of(world, "stage").troubles == []
