"""The tier of a point is shown with what its policy says and the journal knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.archive.records import Archive
from snapkeep.domain.restore.points import point_of
from snapkeep.wiring import archive, report
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


def test_reports_say_why_measured_points_are_not_archived_and_which_are() -> None:
    world = World(
        a_claim("mysql"), policy=a_policy(retention={"monthly": 12}, archive_after={"monthly": "30d"})
    )
    for day in range(2):
        world.back_up(SLOT + timedelta(days=31 * day))
    first, second = (item.id for item in sorted(world.ebs.all.values(), key=lambda item: item.started_at))
    known = Archive("myeks", first, "shop/mysql", "nightly", "vol-mysql", "a", "b", 2**29, 2**30, SLOT)
    world.journal.archives.write_archive(known)

    def tiers() -> dict[str, str]:
        claim = report.gather_report(world.ports()).claim("myeks", "shop", "mysql")
        return {point.snapshot_id: point.tier for point in claim.points}

    assert tiers() == {
        first: "not archived: 512 MiB of 1.0 GiB are in no other snapshot (50%), and archiving pays beyond "
        f"25%, as measured on {SLOT:%Y-%m-%d}",
        second: "",
    }
    world.ebs.archive(first)
    assert tiers()[first].startswith("in the archive tier; a restore brings it back first")
