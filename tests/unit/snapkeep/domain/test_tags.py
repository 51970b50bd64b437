"""Tags: enough to restore from when everything else is gone, and within what EC2 takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.claims import Volume, VolumeKind
from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.points import ClaimFacts, Point
from snapkeep.domain.policies import USUAL_NAME, Method
from tests.fakes.world import SLOT, World, a_claim, a_policy


def a_point(group: str = "") -> Point:
    world = World(a_claim("mysql", labels={"app": group}), policy=a_policy(group_label="app"))
    world.backup()
    return world.point("mysql")


def test_everything_a_restore_needs_is_in_the_tags() -> None:
    point = a_point("wordpress")
    assert tags.full_tags(point) == {
        "snapkeep:managed": "true",
        "snapkeep:cluster": "myeks",
        "snapkeep:deployment": "snapkeep",
        "snapkeep:namespace": "shop",
        "snapkeep:claim": "mysql",
        "snapkeep:claim-uid": "uid-shop-mysql",
        "snapkeep:policy": "nightly",
        "snapkeep:slot": "20261124T180000Z",
        "snapkeep:run": "myeks.nightly.20261124T180000Z",
        "snapkeep:point": point.id,
        "snapkeep:method": "ebs",
        "snapkeep:size": "4Gi",
        "snapkeep:storage-class": "gp3",
        "snapkeep:access-modes": "ReadWriteOnce",
        "snapkeep:volume-mode": "Filesystem",
        "snapkeep:fs-type": "xfs",
        "snapkeep:group": "shop/wordpress",
        "ebs.csi.aws.com/cluster": "true",
        "ebs.csi.aws.com/cluster-name": "myeks",
    }


def test_what_makes_a_snapshot_ours_is_the_point_or_run_that_its_tags_name() -> None:
    point = a_point("wordpress")
    filled = {"snapkeep:managed": "true", tags.SNAPSHOT_NAMESPACE: "shop", tags.SNAPSHOT_NAME: point.id}
    assert all(map(tags.are_ours, (tags.full_tags(point), tags.identity_tags(point), filled)))
    inherited = {"snapkeep:managed": "true", "snapkeep:cluster": "myeks", "Name": "mysql"}
    assert not tags.are_ours(inherited) and not tags.are_ours(inherited | {tags.RUN: ""})
    assert not tags.are_ours(tags.full_tags(point) | {"snapkeep:managed": "false"})


def test_a_point_of_auto_mode_carries_what_its_driver_restores_from() -> None:
    auto = Volume("pv", VolumeKind.EBS_CSI, "ebs.csi.eks.amazonaws.com", "vol-1", "ext4")
    world = World(a_claim("mysql", volume=auto))
    world.backup()
    full = tags.full_tags(world.point("mysql"))

    assert {key: value for key, value in full.items() if not key.startswith("snapkeep:")} == {
        "ebs.csi.eks.amazonaws.com/cluster": "true",
        "eks:eks-cluster-name": "myeks",
    }
    assert full["snapkeep:driver"] == "ebs.csi.eks.amazonaws.com"
    read = tags.claim_facts_of(full)
    assert read is not None and read.driver == "ebs.csi.eks.amazonaws.com"


def test_the_identity_is_part_of_the_whole_and_the_group_only_where_there_is_one() -> None:
    point = a_point()
    assert tags.identity_tags(point).items() <= tags.full_tags(point).items()
    assert tags.GROUP not in tags.full_tags(point)
    assert tags.POINT not in tags.identity_tags(point)


def test_the_claim_and_the_slot_are_read_back_from_the_tags_alone() -> None:
    point = a_point()
    assert tags.claim_facts_of(tags.full_tags(point)) == point.claim
    assert tags.slot_of(tags.full_tags(point)) == SLOT


@given(
    st.builds(
        ClaimFacts,
        cluster=st.text(min_size=1),
        namespace=st.text(min_size=1),
        name=st.text(min_size=1),
        uid=st.text(min_size=1),
        requested=st.text(),
        storage_class=st.text(max_size=600),
        access_modes=st.lists(st.sampled_from(["ReadWriteOnce", "ReadWriteOncePod"])).map(tuple),
        volume_mode=st.text(),
        fs_type=st.text(),
        driver=st.sampled_from(sorted(DRIVERS)),
    )
)
def test_whatever_a_cluster_says_the_class_fits_and_the_rest_comes_back(claim: ClaimFacts) -> None:
    full = tags.full_tags(replace(a_point(), claim=claim))
    assert len(full) <= 50 and len(full[tags.STORAGE_CLASS]) <= 256
    read = tags.claim_facts_of(full)
    assert read is not None
    assert replace(read, storage_class="") == replace(claim, storage_class="")


def test_missing_and_edited_tags_are_told_with_their_right_value() -> None:
    point = a_point()
    full = tags.full_tags(point)
    assert tags.missing_tags(full | {"Name": "mine"}, point) == {}
    spoilt = {key: value for key, value in full.items() if key != tags.CLAIM} | {tags.SIZE: "1Ti"}
    assert tags.missing_tags(spoilt, point) == {tags.CLAIM: "mysql", tags.SIZE: "4Gi"}


@pytest.mark.parametrize("key", [tags.CLUSTER, tags.NAMESPACE, tags.CLAIM, tags.CLAIM_UID])
def test_without_its_identity_nothing_is_told_of_a_claim(key: str) -> None:
    full = tags.full_tags(a_point())
    assert tags.claim_facts_of({name: value for name, value in full.items() if name != key}) is None
    assert tags.claim_facts_of(full | {key: ""}) is None


@pytest.mark.parametrize("text", ["", "yesterday", "20261324T180000Z", "2" * 256, "20261124T180000Z\n"])
def test_a_slot_that_makes_no_sense_is_none(text: str) -> None:
    assert tags.slot_of({tags.SLOT: text}) is None
    assert tags.slot_of({}) is None


def test_a_slot_is_utc_whatever_zone_it_was_given_in() -> None:
    seoul = datetime.fromisoformat("2026-11-25T03:00:00+09:00")
    point = replace(a_point(), slot=seoul)
    assert tags.slot_of(tags.full_tags(point)) == seoul.astimezone(UTC)
    assert tags.slot_of(tags.full_tags(replace(point, slot=seoul + timedelta(days=1)))) != seoul


def test_a_csi_snapshot_names_its_point_by_its_volume_snapshot() -> None:
    assert tags.point_id_of({tags.SNAPSHOT_NAME: "mysql-1"}) == "mysql-1"
    assert tags.point_id_of({tags.SNAPSHOT_NAME: "mysql-1", tags.POINT: "mysql-2"}) == "mysql-2"
    assert tags.point_id_of({}) == ""


def test_the_class_asks_the_driver_for_what_finds_the_snapshot_again() -> None:
    assert tags.class_tags("myeks", USUAL_NAME) == {
        "snapkeep:managed": "true",
        "snapkeep:cluster": "myeks",
        "snapkeep:volume-snapshot-namespace": "{{ .VolumeSnapshotNamespace }}",
        "snapkeep:volume-snapshot": "{{ .VolumeSnapshotName }}",
        "snapkeep:deployment": "snapkeep",
    }
    assert tags.full_tags(replace(a_point(), method=Method.CSI))[tags.METHOD] == "csi"


def test_a_point_from_before_deployments_had_names_is_nobody_elses_and_needs_no_name() -> None:
    named = a_point()
    before = replace(named, deployment="")
    present = tags.full_tags(before)
    assert tags.DEPLOYMENT not in present and not tags.is_anothers(present, "green")
    assert not tags.missing_tags(present | {tags.DEPLOYMENT: "green"}, before)
    assert tags.is_anothers(tags.full_tags(named), "green")
    assert not tags.is_anothers(tags.full_tags(named), USUAL_NAME)


def test_the_class_asks_for_no_key_that_the_driver_reserves() -> None:
    assert not [key for key in tags.class_tags("myeks", USUAL_NAME) if key.startswith("ebs.csi.aws.com/")]


def test_the_partition_of_a_static_volume_is_kept_where_there_is_one() -> None:
    point = a_point()
    whole = tags.full_tags(point)
    assert tags.PARTITION not in whole
    on_first = replace(point, claim=replace(point.claim, partition="1"))
    facts = tags.claim_facts_of(tags.full_tags(on_first))
    assert facts is not None and facts.partition == "1"


def test_a_description_is_for_people() -> None:
    assert tags.description_of(a_point()) == "Snapkeep nightly: shop/mysql of myeks"


def test_the_time_of_archiving_is_read_if_it_is_one() -> None:
    at = datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert tags.archived_at_of({tags.ARCHIVED: "20261201T040000Z"}) == at
    assert tags.archived_at_of({tags.ARCHIVED: "yesterday"}) is None
    assert tags.archived_at_of({}) is None
