"""Known claims: what the tags of earlier points remember when the cluster is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.points import ClaimFacts
from snapkeep.services.backup.known_claims import KnownClaim, known_claims
from tests.fakes.journal import MemoryJournal
from tests.fakes.world import SLOT, World, a_claim, a_policy, on_one_volume


def backed_up(*names: str, group: str = "") -> World:
    labels = {"app": group} if group else {}
    policy = a_policy(group_label="app")
    world = World(*[a_claim(name, labels=labels) for name in names], policy=policy)
    world.backup()
    world.run_until_closed()
    return world


def known(world: World, cluster: str = "myeks", policy: str = "nightly") -> list[KnownClaim]:
    return sorted(
        known_claims(world.ebs, world.ebs, world.journal.points, cluster, policy),
        key=lambda item: item.claim.name,
    )


def test_the_tags_alone_tell_everything_of_a_claim() -> None:
    (item,) = known(backed_up("mysql", group="wordpress"))
    assert item == KnownClaim(
        ClaimFacts(
            cluster="myeks",
            namespace="shop",
            name="mysql",
            uid="uid-shop-mysql",
            requested="4Gi",
            storage_class="gp3",
            access_modes=("ReadWriteOnce",),
            volume_mode="Filesystem",
            fs_type="xfs",
        ),
        "vol-mysql",
        "shop/wordpress",
    )


def with_a_forged_point() -> World:
    world = backed_up("mysql")
    point = world.point("mysql")
    world.wait(hours=1)
    world.ebs.add_volume("vol-forged")
    world.ebs.create("vol-forged", tags.full_tags(point), "")
    world.ebs.complete()
    return world


def test_a_newer_snapshot_of_another_volume_does_not_tell_the_volume() -> None:
    assert [item.volume_id for item in known(with_a_forged_point())] == ["vol-mysql"]


def test_without_a_journal_the_oldest_point_tells_the_volume() -> None:
    world = with_a_forged_point()
    world.journal = MemoryJournal()
    assert [item.volume_id for item in known(world)] == ["vol-mysql"]


def test_claims_of_other_clusters_and_policies_are_not_known_here() -> None:
    world = backed_up("mysql")
    assert known(world, cluster="other") == []
    assert known(world, policy="hourly") == []


def test_a_claim_whose_volume_is_gone_cannot_be_saved() -> None:
    world = backed_up("mysql", "wordpress")
    del world.ebs.volumes["vol-mysql"]
    assert [item.claim.name for item in known(world)] == ["wordpress"]


def test_unfinished_foreign_and_incomplete_snapshots_tell_nothing() -> None:
    world = backed_up("mysql")
    full = tags.full_tags(world.point("mysql"))
    world.ebs.all.clear()
    for spoilt in ({tags.MANAGED: "false"}, {tags.CLAIM_UID: ""}, {tags.NAMESPACE: ""}):
        world.ebs.create("vol-mysql", full | spoilt, "")
    world.ebs.complete()
    world.ebs.create("vol-mysql", full, "still pending")
    assert known(world) == []


def test_a_retained_volume_that_was_claimed_again_is_the_later_claims() -> None:
    """Its data may belong to another namespace by now, so nothing becomes a point of the old claim."""
    world = backed_up("mysql")
    world.wait(days=1)
    again = replace(world.cluster.claim_list[0], namespace="bank", uid="uid-bank-mysql")
    world.cluster.claim_list[:] = [again]
    world.back_up(SLOT + timedelta(days=1))
    assert {item.claim.namespace: item.successor for item in known(world)} == {
        "shop": "bank/mysql",
        "bank": "",
    }

    world.clusters.unreachable.add("myeks")
    world.back_up(SLOT + timedelta(days=2))
    (run,) = (run for run in world.journal.runs.all.values() if run.slot == SLOT + timedelta(days=2))
    (point,) = world.journal.points.points_of(run.id)
    (left,) = world.journal.runs.skipped(run.id)
    assert (point.claim.namespace, left.subject, left.code) == ("bank", "shop/mysql", "replaced")
    assert "has since been backed up for a claim of another namespace" in left.reason


def test_claims_that_share_a_volume_are_both_known() -> None:
    world = World(*on_one_volume("a", "b"))
    world.backup()
    world.run_until_closed()
    assert [(item.claim.name, item.successor) for item in known(world)] == [("a", ""), ("b", "")]
