"""What lists say about points is what the journal has of exactly these snapshots."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.restore.points import PointFacts, point_of
from snapkeep.wiring import proof
from tests.fakes.checking import ENCRYPTED, CheckedWorld


def listed(world: CheckedWorld) -> list[PointFacts]:
    """The points, oldest first."""
    found = (point_of(snapshot, "ap-northeast-2") for snapshot in world.ebs.all.values())
    return sorted((point for point in found if point), key=lambda point: point.started_at)


def words(world: CheckedWorld, *points: PointFacts) -> list[str]:
    """What is said of points."""
    shown = proof.show_checks(world.ports()).of(points)
    return [shown[point.snapshot_id].words for point in points]


def test_a_point_waits_until_it_is_checked_and_its_check_outlives_the_setting() -> None:
    world = CheckedWorld()
    world.back_up_night()
    assert words(world, *listed(world)) == ["not checked yet"]
    world.check()
    world.back_up_night()
    world.deployment = replace(world.deployment, checks=None)
    assert words(world, *listed(world)) == ["checked", "checks are off"]


def test_an_accepted_point_says_by_whom_and_why() -> None:
    world = CheckedWorld()
    world.back_up_night()
    world.looks.seen[world.back_up_night()] = ENCRYPTED
    world.check()
    _, bad = points = listed(world)
    assert words(world, *points) == [
        "checked",
        "suspicious: 1 of 1 names in its root are gone, such as mysql",
    ]
    proof.accept_check(world.ports()).run("myeks", bad.id, "ann", "the app encrypts now")
    assert words(world, bad) == ["accepted by ann: the app encrypts now"]


def test_what_is_known_of_a_point_is_not_said_of_its_copy_or_of_another_snapshot() -> None:
    world = CheckedWorld()
    world.back_up_night()
    world.check()
    (point,) = listed(world)
    copy = replace(point, snapshot_id="snap-copy", place="osaka", checked="")
    twin = replace(point, snapshot_id="snap-twin")
    assert words(world, point, copy, twin) == [
        "checked",
        "a copy that was not looked into",
        "not checked yet",
    ]


def test_a_copy_is_as_its_own_tag_says() -> None:
    world = CheckedWorld()
    world.back_up_night()
    (point,) = listed(world)
    said = ("checked", "suspicious", "not-looked-at", "whatever")
    copies = [replace(point, snapshot_id=f"snap-{each}", place="osaka", checked=each) for each in said]
    assert words(world, *copies) == [
        "checked",
        "suspicious",
        "not looked at",
        "a copy that was not looked into",
    ]


def test_a_page_costs_one_read_for_all_its_points() -> None:
    world = CheckedWorld()
    for _ in range(5):
        world.back_up_night()
    reads: list[str] = []
    for _ in range(2):
        world.journal.checks.meanwhile("checks", lambda: reads.append("checks"))
    words(world, *listed(world))
    assert reads == ["checks"]
