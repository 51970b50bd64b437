"""What a cluster promises: the one in memory and the Kubernetes adapter on the sandbox's API server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from snapkeep.domain.claims import VolumeKind
from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.errors import NameTaken, PermanentError
from snapkeep.domain.points import Point
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.deletion.deletions import Leftover, SnapshotContent, Withdrawn
from snapkeep.ports.kubernetes import VolumeSnapshot
from tests.contract.ports.clusters import FakeWorld, SandboxWorld, World
from tests.contract.ports.samples import a_point, a_run

GIB = 2**30


@pytest.fixture(params=["fake", "sandbox"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    sandbox = SandboxWorld(tmp_path)
    try:
        yield sandbox
    finally:
        sandbox.stop()


def in_default(name: str = "data") -> Point:
    """A csi point of a claim in namespace default."""
    point = a_point(name, method=Method.CSI)
    return replace(point, claim=replace(point.claim, namespace="default"))


def bound_in_default(world: World) -> tuple[Point, SnapshotContent]:
    """A point whose VolumeSnapshot was made and cut, with the content of that."""
    point = in_default()
    world.add_claim("data")
    world.cluster.create_volume_snapshot(point)
    world.bind("default", point.id, point.volume_id)
    (content,) = world.cluster.snapshot_contents()
    return point, content


def test_a_claim_comes_with_its_volume(world: World) -> None:
    world.add_claim("data", gib=20)
    (claim,) = world.cluster.claims()
    assert (claim.cluster, str(claim), claim.phase) == ("myeks", "default/data", "Bound")
    assert (claim.requested, claim.requested_bytes) == ("20Gi", 20 * GIB)
    assert (claim.storage_class, claim.access_modes) == ("gp3", ("ReadWriteOnce",))
    assert claim.labels == {"app": "data"}
    assert claim.uid
    assert claim.volume is not None
    assert (claim.volume.kind, claim.volume.handle) == (VolumeKind.EBS_CSI, "vol-data")
    assert (claim.volume.fs_type, claim.volume.zone) == ("xfs", "a")


def test_the_uids_of_claims_are_those_of_the_claims_that_exist(world: World) -> None:
    for name in ("data", "logs"):
        world.add_claim(name)
    uids = sorted(world.cluster.claim_uids())
    assert uids == sorted(claim.uid for claim in world.cluster.claims()) and len(uids) == 2


def test_no_claim_is_lost_between_pages(world: World) -> None:
    names = {f"data-{number:04}" for number in range(620)}
    for name in names:
        world.add_claim(name)
    found = list(world.cluster.claims())
    assert len(found) == 620
    assert {claim.name for claim in found} == names
    assert {claim.volume.handle for claim in found if claim.volume} == {f"vol-{name}" for name in names}


def test_scratch_volumes_are_those_of_running_pods(world: World) -> None:
    world.add_pod("sorter", "Running", "emptyDir")
    world.add_pod("agent", "Running", "hostPath")
    world.add_pod("done", "Succeeded", "emptyDir")
    world.add_pod("web", "Running")
    found = {(str(volume), volume.kind) for volume in world.cluster.scratch_volumes()}
    assert found == {("default/sorter:v", "emptyDir"), ("default/agent:v", "hostPath")}


def test_snapshots_are_supported_until_the_crds_are_gone(world: World) -> None:
    assert world.cluster.snapshot_support(EBS_CSI.name).available
    world.remove_crds()
    support = world.cluster.snapshot_support(EBS_CSI.name)
    assert not support.available
    assert "CRDs" in support.reason and not support.installed


def test_a_volume_snapshot_is_made_once_for_a_point(world: World) -> None:
    world.add_claim("data")
    point = in_default()
    assert world.cluster.volume_snapshot("default", point.id) is None
    uid = world.cluster.create_volume_snapshot(point)
    assert uid and world.cluster.create_volume_snapshot(point) == uid
    expected = VolumeSnapshot(point.id, "default", bound=False, ready=False)
    assert world.cluster.volume_snapshot("default", point.id) == expected


def test_a_volume_snapshot_of_somebody_else_is_left_alone(world: World) -> None:
    point = in_default()
    world.put_foreign_snapshot("default", point.id)
    with pytest.raises(NameTaken, match=point.id):
        world.cluster.create_volume_snapshot(point)


def test_a_volume_snapshot_of_another_run_is_not_ours(world: World) -> None:
    world.add_claim("data")
    world.cluster.create_volume_snapshot(in_default())
    other = replace(in_default(), run=a_run(policy="weekly").id)
    with pytest.raises(NameTaken):
        world.cluster.create_volume_snapshot(other)


def test_a_volume_snapshot_is_named_by_its_nonce_and_that_of_another_is_no_obstacle(world: World) -> None:
    world.add_claim("data")
    point = replace(in_default(), nonce="0123456789abcdef")
    world.put_foreign_snapshot("default", point.id)
    uid = world.cluster.create_volume_snapshot(point)
    assert uid and world.cluster.create_volume_snapshot(point) == uid
    found = world.cluster.volume_snapshot("default", f"{point.id}-0123456789abcdef")
    assert found == VolumeSnapshot(point.volume_snapshot, "default", bound=False, ready=False)
    assert world.cluster.withdraw_volume_snapshot(point) == Withdrawn()
    assert world.cluster.volume_snapshot("default", point.volume_snapshot) is None
    assert world.cluster.volume_snapshot("default", point.id) is not None


def test_a_volume_snapshot_names_its_ebs_snapshot_when_it_is_bound_and_says_when_it_is_ready(
    world: World,
) -> None:
    world.add_claim("data")
    point = in_default()
    world.cluster.create_volume_snapshot(point)
    world.bind("default", point.id, "vol-data")
    bound = world.cluster.volume_snapshot("default", point.id)
    assert bound is not None
    assert (bound.bound, bound.ready) == (True, False)
    assert bound.snapshot_id.startswith("snap-")
    world.make_ready("default", point.id)
    ready = world.cluster.volume_snapshot("default", point.id)
    assert ready == replace(bound, ready=True)


def test_a_volume_snapshot_and_its_content_go_and_going_twice_is_success(world: World) -> None:
    point = in_default()
    world.add_claim("data")
    world.cluster.create_volume_snapshot(point)
    world.bind("default", point.id, "vol-data")
    (content,) = world.cluster.snapshot_contents()
    assert (content.namespace, content.volume_snapshot) == ("default", point.id)
    assert content.snapshot_id.startswith("snap-")
    for _ in range(2):
        world.cluster.delete_volume_snapshot("default", point.id)
        world.cluster.delete_snapshot_content(content.name)
    assert world.cluster.volume_snapshot("default", point.id) is None
    assert list(world.cluster.snapshot_contents()) == []


def test_what_finalizers_hold_is_left_and_names_them_until_they_are_gone(world: World) -> None:
    point = in_default()
    world.add_claim("data")
    world.cluster.create_volume_snapshot(point)
    world.bind("default", point.id, "vol-data")
    (content,) = world.cluster.snapshot_contents()
    world.hold("default", point.id, "example.com/audit")
    world.hold("", content.name, "example.com/ledger")
    world.cluster.delete_volume_snapshot("default", point.id)
    world.cluster.delete_snapshot_content(content.name)
    snapshot = Leftover("VolumeSnapshot", f"default/{point.id}", ("example.com/audit",))
    assert world.cluster.volume_snapshot_left("default", point.id) == snapshot
    left = Leftover("VolumeSnapshotContent", content.name, ("example.com/ledger",))
    assert world.cluster.snapshot_content_left(content.name) == left
    world.let_go("default", point.id)
    world.let_go("", content.name)
    assert world.cluster.volume_snapshot_left("default", point.id) is None
    assert world.cluster.snapshot_content_left(content.name) is None


def test_a_volume_snapshot_that_is_not_cut_is_withdrawn_with_its_content(world: World) -> None:
    point = in_default()
    world.add_claim("data")
    world.cluster.create_volume_snapshot(point)
    content = world.begin("default", point.id, point.volume_id)

    assert world.cluster.withdraw_volume_snapshot(point) == Withdrawn()
    assert world.cluster.volume_snapshot("default", point.id) is None
    assert list(world.cluster.snapshot_contents()) == [], content


def test_a_withdrawal_tells_what_is_left_also_once_the_volume_snapshot_is_gone(world: World) -> None:
    point = in_default()
    world.add_claim("data")
    world.cluster.create_volume_snapshot(point)
    content = world.begin("default", point.id, point.volume_id)
    world.hold("default", point.id, "example.com/audit")
    world.hold("", content, "example.com/busy")
    snapshot = Leftover("VolumeSnapshot", f"default/{point.id}", ("example.com/audit",))
    left = Leftover("VolumeSnapshotContent", content, ("example.com/busy",))

    assert world.cluster.withdraw_volume_snapshot(point).left == (snapshot, left)
    world.let_go("default", point.id)
    assert world.cluster.withdraw_volume_snapshot(point).left == (left,)
    world.let_go("", content)
    assert world.cluster.withdraw_volume_snapshot(point) == Withdrawn()


def test_a_volume_snapshot_that_was_cut_is_not_withdrawn(world: World) -> None:
    point, content = bound_in_default(world)

    found = world.cluster.withdraw_volume_snapshot(point)
    assert found == Withdrawn(content.snapshot_id, cut_at=found.cut_at)
    world.cluster.delete_volume_snapshot("default", point.id)
    assert world.cluster.withdraw_volume_snapshot(point, useless="snap-another") == found
    assert list(world.cluster.snapshot_contents()) == [content]


def test_a_volume_snapshot_whose_snapshot_is_useless_goes_with_its_content(world: World) -> None:
    point, content = bound_in_default(world)

    assert world.cluster.withdraw_volume_snapshot(point, useless=content.snapshot_id) == Withdrawn()
    assert world.cluster.volume_snapshot("default", point.id) is None
    assert list(world.cluster.snapshot_contents()) == []


def test_nothing_goes_that_would_take_its_ebs_snapshot_along(world: World) -> None:
    point, content = bound_in_default(world)
    world.flip(content.name)

    attempts: tuple[Callable[[], object], ...] = (
        lambda: world.cluster.delete_volume_snapshot("default", point.id),
        lambda: world.cluster.delete_snapshot_content(content.name),
        lambda: world.cluster.withdraw_volume_snapshot(point, useless=content.snapshot_id),
    )
    for attempt in attempts:
        with pytest.raises(PermanentError) as refused:
            attempt()
        assert f"kubectl patch volumesnapshotcontent {content.name} --type merge" in refused.value.reason
        assert content.snapshot_id in refused.value.reason
    assert world.cluster.volume_snapshot("default", point.id) is not None
    assert [item.name for item in world.cluster.snapshot_contents()] == [content.name]


def test_what_took_the_name_of_a_listed_object_stays(world: World) -> None:
    point, content = bound_in_default(world)
    (listed,) = world.cluster.listed_snapshots()
    assert listed.uid and content.uid
    world.cluster.delete_volume_snapshot("default", point.id, "another-uid")
    world.cluster.delete_snapshot_content(content.name, "another-uid")
    assert world.cluster.volume_snapshot("default", point.id) is not None
    assert list(world.cluster.snapshot_contents()) == [content]
    world.cluster.delete_volume_snapshot("default", point.id, listed.uid)
    world.cluster.delete_snapshot_content(content.name, content.uid)
    assert world.cluster.volume_snapshot("default", point.id) is None
    assert list(world.cluster.snapshot_contents()) == []


def test_a_volume_snapshot_of_somebody_else_is_not_withdrawn(world: World) -> None:
    point = in_default()
    world.put_foreign_snapshot("default", point.id)
    assert world.cluster.withdraw_volume_snapshot(point) == Withdrawn()
    assert world.cluster.volume_snapshot("default", point.id) is not None


def test_without_the_crds_there_are_no_contents(world: World) -> None:
    world.remove_crds()
    assert list(world.cluster.snapshot_contents()) == []


def test_a_sweep_sees_snapshots_of_ours_and_their_contents(world: World) -> None:
    point = in_default()
    world.add_claim("data")
    world.cluster.create_volume_snapshot(point)
    world.put_foreign_snapshot("default", "somebody-elses")
    world.bind("default", point.id, point.volume_id)
    assert [str(item) for item in world.cluster.listed_snapshots()] == [f"default/{point.id}"]
    (content,) = world.cluster.snapshot_contents()
    assert (content.namespace, content.volume_snapshot) == ("default", point.id)
    assert content.snapshot_id.startswith("snap-")
    assert (content.deletion_policy, content.class_name) == ("Retain", "snapkeep-myeks")
    assert content.created_at.tzinfo is not None
