"""What a vault has of each claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.copies.copies import Copy, read_copy
from snapkeep.domain.copies.tags import CANCELLED
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.tags import DUPLICATE
from snapkeep.domain.vault.overview import SourceOverview, claims_of
from tests.fakes.vault_copies import PROD, VaultWorld


def all_copies(world: VaultWorld) -> list[Copy]:
    return [each for each in map(read_copy, world.ec2.all.values()) if isinstance(each, Copy)]


def test_a_claim_has_its_good_copies_those_in_progress_and_the_newest_data() -> None:
    world = VaultWorld()
    world.nights(3, prune=False)
    newest = world.clock() - timedelta(minutes=20)
    old = world.arrive(taken=world.clock() - timedelta(days=9))
    world.ec2.all[old.id] = replace(old, state=SnapshotState.PENDING)
    (claim,) = claims_of(all_copies(world))
    assert (claim.cluster, claim.claim, claim.copies, claim.pending) == ("myeks", "data", 3, 1)
    assert claim.newest == newest + timedelta(seconds=10)
    found = SourceOverview(PROD, [claim])
    assert (found.copies, found.pending, found.newest, found.size_bytes) == (3, 1, claim.newest, 2**30)


def test_duplicates_and_cancelled_copies_are_none() -> None:
    world = VaultWorld()
    world.arrive(changed={DUPLICATE: "true"})
    world.arrive(claim="other", changed={CANCELLED: "20260601T000000Z"})
    assert claims_of(all_copies(world)) == []


def test_the_stalest_claims_come_first_and_those_without_a_copy_before_all() -> None:
    world = VaultWorld()
    for name in ("old", "new"):
        world.clock.forward(days=1)
        world.arrive(claim=name)
    pending = world.arrive(claim="pending")
    world.ec2.all[pending.id] = replace(pending, state=SnapshotState.PENDING)
    found = SourceOverview(PROD, claims_of(all_copies(world)))
    assert [each.claim for each in found.stalest(9)] == ["pending", "old", "new"]
    assert [each.claim for each in found.stalest(1)] == ["pending"]
