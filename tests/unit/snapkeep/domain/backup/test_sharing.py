"""Claims on one volume: told of each other, and one member of a group cut with it."""

from __future__ import annotations

from snapkeep.domain.backup.sharing import holders_of, in_words, in_words_of, sharers_of, with_sharers
from snapkeep.domain.claims import Volume, VolumeKind
from tests.fakes.world import World, a_claim, a_policy, on_one_volume


def test_claims_on_one_volume_name_each_other_and_others_nobody() -> None:
    claims = [*on_one_volume("a", "b"), a_claim("c"), a_claim("unbound", volume=None)]
    holders = holders_of(claims)
    assert sharers_of(holders, "vol-a", claims[0].uid) == ("shop/b",)
    assert sharers_of(holders, "vol-a", claims[1].uid) == ("shop/a",)
    assert sharers_of(holders, "vol-c", claims[2].uid) == ()
    assert sharers_of(holders, "vol-of-nobody", "uid") == ()


def test_a_claim_made_again_under_its_name_is_told_apart_by_its_uid() -> None:
    holders = holders_of([a_claim("data", uid="old"), a_claim("data", uid="new")])
    assert sharers_of(holders, "vol-data", "new") == ("shop/data (UID old)",)


def test_a_file_system_that_many_claims_use_is_no_shared_volume() -> None:
    efs = Volume("pv", VolumeKind.EFS, "efs.csi.aws.com", "fs-1")
    assert holders_of([a_claim("a", volume=efs), a_claim("b", volume=efs)]) == {}


def test_the_words_name_the_volume_and_three_claims_at_most() -> None:
    assert in_words("vol-a", ()) == ""
    assert in_words("vol-a", ("shop/b",)) == (
        "its volume vol-a is shared with shop/b: each claim gets its own snapshots"
    )
    assert "shop/b, shop/c, shop/d and 2 more:" in in_words("vol-a", [f"shop/{name}" for name in "bcdef"])
    assert "shop/b" in in_words_of(holders_of(on_one_volume("a", "b")), "vol-a", "uid-shop-a")


def test_in_each_group_one_member_is_cut_for_the_volume_and_the_others_come_after_it() -> None:
    labels = {"app": "x"}
    grouped = on_one_volume("a", "b", labels=labels)
    alone = [claim for claim in on_one_volume("a", "aa") if claim.name == "aa"]
    world = World(*grouped, *alone, a_claim("c", labels=labels), policy=a_policy(group_label="app"))
    world.backup()
    points = {point.claim.name: point for point in world.points()}
    first, second = sorted((points["a"], points["b"]), key=lambda point: point.id)
    assert (first.behind, second.behind) == ("", first.id)
    assert (points["aa"].behind, points["aa"].sharers) == ("", ("shop/a", "shop/b"))
    assert (points["c"].behind, points["c"].sharers) == ("", ())
    assert with_sharers(world.points()) == world.points()
    assert first.lead == second.lead and not points[min(points, key=lambda n: points[n].id)].behind
