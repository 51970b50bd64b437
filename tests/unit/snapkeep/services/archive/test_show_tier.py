"""The tier of a point is shown with what its policy says and the journal knows."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.archive.records import Archive
from snapkeep.domain.restore.points import point_of
from snapkeep.wiring import archive
from tests.fakes.world import SLOT, World, a_claim, a_policy


def words(world: World) -> str:
    (snapshot,) = world.ebs.all.values()
    point = point_of(snapshot, "ap-northeast-2")
    assert point
    return archive.show_tier(world.ports()).of(point).words


def test_figures_come_from_the_journal_and_only_where_the_policy_archives() -> None:
    policy = a_policy(retention={"monthly": 12}, archive_after={"monthly": "30d"})
    world = World(a_claim("mysql"), policy=policy)
    world.back_up(SLOT)
    assert words(world).startswith("not archived: it is measured once")
    (snapshot,) = world.ebs.all
    known = Archive("myeks", snapshot, "shop/mysql", "nightly", "vol-mysql", "a", "b", 2**29, 2**30, SLOT)
    world.journal.archives.write_archive(known)
    assert "512 MiB of 1.0 GiB are in no other snapshot (50%)" in words(world)
    world.deployment = replace(world.deployment, policies=(replace(policy, archive_after={}),))
    assert words(world) == ""
