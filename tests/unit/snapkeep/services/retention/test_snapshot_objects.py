"""Snapshot objects of a cluster: ours go before the EBS snapshot, nobody else's do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import ClusterUnreachable, PermanentError
from snapkeep.domain.policies import Method
from snapkeep.services.retention.snapshot_objects import open_objects
from tests.fakes.world import World, a_claim, a_policy


def a_world() -> tuple[World, str]:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI))
    world.back_up(world.clock())
    (snapshot_id,) = world.ebs.all
    return world, snapshot_id


def test_the_volume_snapshot_goes_and_every_content_that_names_the_handle() -> None:
    world, snapshot_id = a_world()
    (content,) = world.cluster.contents.values()
    world.cluster.contents["imported"] = replace(content, name="imported", namespace="b", volume_snapshot="c")
    world.cluster.contents["foreign"] = replace(content, name="foreign", snapshot_id="snap-other")
    open_objects(world.clusters, "myeks").remove(snapshot_id, world.ebs.get(snapshot_id))
    assert world.cluster.snapshots == {} and set(world.cluster.contents) == {"foreign"}


def test_a_content_that_would_delete_the_snapshot_is_left_alone() -> None:
    world, snapshot_id = a_world()
    (content,) = world.cluster.contents.values()
    world.cluster.contents[content.name] = replace(content, deletion_policy="Delete")
    with pytest.raises(PermanentError, match="not Retain"):
        open_objects(world.clusters, "myeks").remove(snapshot_id, world.ebs.get(snapshot_id))
    assert len(world.cluster.snapshots) == 1


def test_a_content_that_was_flipped_after_the_listing_is_left_alone() -> None:
    world, snapshot_id = a_world()
    objects = open_objects(world.clusters, "myeks")
    (content,) = world.cluster.contents
    world.cluster.flip(content)
    with pytest.raises(PermanentError, match=f"kubectl patch volumesnapshotcontent {content} "):
        objects.remove(snapshot_id, world.ebs.get(snapshot_id))
    assert len(world.cluster.snapshots) == 1 and content in world.cluster.contents


def test_what_took_the_name_of_a_listed_content_stays() -> None:
    world, snapshot_id = a_world()
    objects = open_objects(world.clusters, "myeks")
    (content,) = world.cluster.contents.values()
    world.cluster.contents[content.name] = replace(content, uid="another", snapshot_id="snap-other")
    objects.remove(snapshot_id, world.ebs.get(snapshot_id))
    assert content.name in world.cluster.contents


def test_an_edited_namespace_tag_hides_no_volume_snapshot() -> None:
    world, snapshot_id = a_world()
    world.ebs.add_tags(snapshot_id, {tags.NAMESPACE: "elsewhere"})
    open_objects(world.clusters, "myeks").remove(snapshot_id, world.ebs.get(snapshot_id))
    assert world.cluster.snapshots == {} and world.cluster.contents == {}


def test_a_volume_snapshot_of_that_name_for_another_snapshot_stays() -> None:
    world, snapshot_id = a_world()
    ((key, found),) = world.cluster.snapshots.items()
    world.cluster.snapshots[key] = replace(found, snapshot_id="snap-other")
    open_objects(world.clusters, "myeks").remove(snapshot_id, world.ebs.get(snapshot_id))
    assert key in world.cluster.snapshots


def test_a_cluster_out_of_reach_says_so_when_its_objects_are_needed() -> None:
    world, snapshot_id = a_world()
    world.cluster.fail_next("snapshot_contents", ClusterUnreachable("no answer"))
    objects = open_objects(world.clusters, "myeks")
    with pytest.raises(ClusterUnreachable, match="no answer"):
        objects.remove(snapshot_id, world.ebs.get(snapshot_id))


def test_a_cluster_that_stops_answering_because_it_was_deleted_is_gone() -> None:
    world, _ = a_world()
    world.cluster.fail_next("snapshot_contents", ClusterUnreachable("no answer"))
    opened = world.clusters.open

    def open_once(name: str) -> object:
        cluster = opened(name)
        world.clusters.clusters.clear()
        return cluster

    world.clusters.open = open_once  # type: ignore[method-assign,assignment]
    assert "EKS knows no cluster" in open_objects(world.clusters, "myeks").gone


def test_what_was_asked_for_is_left_until_the_cluster_removed_it() -> None:
    world, snapshot_id = a_world()
    (content,) = world.cluster.contents.values()
    world.cluster.hold(content.name, "example.com/ledger")
    objects = open_objects(world.clusters, "myeks")
    asked = objects.remove(snapshot_id, world.ebs.get(snapshot_id))
    assert [(item.namespace, item.name) for item in asked] == [
        ("shop", content.volume_snapshot),
        ("", content.name),
    ]
    (left,) = objects.left(asked)
    assert (left.kind, left.name, left.finalizers) == (
        "VolumeSnapshotContent",
        content.name,
        ("example.com/ledger",),
    )
    world.cluster.let_go(content.name)
    assert objects.left(asked) == []
