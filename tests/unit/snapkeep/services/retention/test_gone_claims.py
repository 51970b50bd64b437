"""Which claims are gone: known from a complete listing only, and never earlier than it can be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import ClusterUnreachable, PermanentError, SnapkeepError
from snapkeep.services.retention.gone_claims import FindGoneClaims, GoneClaims, RememberedGoneClaims
from tests.fakes.world import SLOT, World, a_claim

DAY = timedelta(days=1)
NEWEST = {"uid-shop-mysql": SLOT - DAY, "uid-shop-old": SLOT - 9 * DAY}


def a_finder() -> tuple[World, FindGoneClaims]:
    world = World(a_claim("mysql"))
    return world, FindGoneClaims(world.clusters, world.journal.retentions)


def test_a_claim_is_gone_since_it_was_first_missed() -> None:
    world, finder = a_finder()
    assert finder.find("myeks", NEWEST, SLOT) == GoneClaims({"uid-shop-old": SLOT})
    assert finder.find("myeks", NEWEST, SLOT + DAY) == GoneClaims({"uid-shop-old": SLOT})
    assert dict(world.journal.retentions.gone_claims("myeks")) == {"uid-shop-old": SLOT}


def test_a_claim_that_is_back_is_forgotten_and_gone_anew_later() -> None:
    world, finder = a_finder()
    finder.find("myeks", NEWEST, SLOT)
    world.cluster.claim_list.append(a_claim("old"))
    assert finder.find("myeks", NEWEST, SLOT + DAY).since == {}
    world.cluster.claim_list.pop()
    assert finder.find("myeks", NEWEST, SLOT + 2 * DAY).since == {"uid-shop-old": SLOT + 2 * DAY}


def test_a_claim_whose_points_are_gone_is_forgotten() -> None:
    world, finder = a_finder()
    finder.find("myeks", NEWEST, SLOT)
    finder.find("myeks", {}, SLOT)
    assert dict(world.journal.retentions.gone_claims("myeks")) == {}


@pytest.mark.parametrize("error", [ClusterUnreachable("no answer"), PermanentError("cannot list claims")])
@pytest.mark.parametrize("port", ["clusters", "cluster"])
def test_who_cannot_be_asked_has_no_gone_claims_and_what_is_known_stays(
    error: SnapkeepError, port: str
) -> None:
    world, finder = a_finder()
    finder.find("myeks", NEWEST, SLOT)
    getattr(world, port).fail_next("open" if port == "clusters" else "claim_uids", error)
    assert finder.find("myeks", NEWEST, SLOT + DAY) == GoneClaims({}, error.reason)
    assert dict(world.journal.retentions.gone_claims("myeks")) == {"uid-shop-old": SLOT}


def test_a_rehearsal_writes_nothing() -> None:
    world, finder = a_finder()
    assert finder.find("myeks", NEWEST, SLOT, rehearse=True).since == {"uid-shop-old": SLOT}
    assert dict(world.journal.retentions.gone_claims("myeks")) == {}


def test_a_clock_that_was_wrong_makes_no_claim_gone_for_long() -> None:
    world, finder = a_finder()
    world.journal.retentions.write_gone_claims("myeks", {"uid-shop-old": SLOT - 3650 * DAY})
    assert finder.find("myeks", NEWEST, SLOT).since == {"uid-shop-old": NEWEST["uid-shop-old"]}
    world.journal.retentions.write_gone_claims("myeks", {"uid-shop-old": SLOT + 3650 * DAY})
    assert finder.find("myeks", NEWEST, SLOT).since == {"uid-shop-old": SLOT}


def test_without_a_way_to_the_cluster_the_last_prunes_finding_counts() -> None:
    world, finder = a_finder()
    finder.find("myeks", NEWEST, SLOT)
    remembered = RememberedGoneClaims(world.journal.retentions)
    assert remembered.find("myeks", NEWEST, SLOT + DAY) == GoneClaims({"uid-shop-old": SLOT})
    newer = NEWEST | {"uid-shop-old": SLOT + DAY}
    assert remembered.find("myeks", newer, SLOT + DAY) == GoneClaims({"uid-shop-old": SLOT + DAY})
    assert remembered.find("myeks", {"uid-shop-mysql": SLOT}, SLOT + DAY) == GoneClaims()
