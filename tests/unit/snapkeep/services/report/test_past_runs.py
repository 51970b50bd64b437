"""The newest runs of policies, as the journal has them."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.wiring.report import read_past_runs
from tests.fakes.world import SLOT, World, a_claim

DAY = timedelta(days=1)


def test_the_newest_closed_run_counts_and_an_old_one_where_there_is_no_newer() -> None:
    world = World(a_claim("data"))
    past = read_past_runs(world.ports())
    assert past.newest("myeks", "nightly", SLOT) is None
    for slot in (SLOT, SLOT + DAY):
        world.clock.now = slot
        world.back_up(slot)
    for later in (timedelta(hours=1), 20 * DAY):
        newest = past.newest("myeks", "nightly", SLOT + DAY + later)
        assert newest is not None and newest.slot == SLOT + DAY
    assert past.newest("myeks", "nightly", SLOT + 60 * DAY) is None


def test_what_a_blind_run_did_not_see_an_earlier_one_remembers() -> None:
    world = World(a_claim("data"), a_claim("tmp", labels={"snapkeep.io/exclude": "true"}))
    world.back_up(SLOT)
    world.clock.now = SLOT + DAY
    world.clusters.unreachable.add("myeks")
    world.back_up(SLOT + DAY)
    past = read_past_runs(world.ports())
    newest = past.newest("myeks", "nightly", SLOT + DAY)
    assert newest is not None and newest.degraded
    found = list(past.memory("myeks", ["nightly"], SLOT + DAY).claims({}, {}, ""))
    assert [item.name for item in found] == [("shop", "data"), ("shop", "tmp")]
    assert [point.slot for point in found[0].taken] == [SLOT + DAY]


def test_only_claims_in_question_are_looked_for_in_ec2() -> None:
    world = World(a_claim("data"), a_claim("log"))
    world.back_up(SLOT)
    for name in ("data", "log"):
        world.ebs.all.pop(world.point(name).snapshot_id)
    past = read_past_runs(world.ports())
    lost = past.losses("myeks", {"nightly": {("shop", "data")}}, SLOT)
    assert list(lost) == [("shop", "data")]
    assert "was deleted in EC2, and not by Snapkeep" in lost["shop", "data"]
    assert past.losses("myeks", {}, SLOT) == {}
