"""What a cluster promises about restores: the one in memory and the adapter on the sandbox's API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep.domain.errors import NameTaken, PermanentError
from tests.contract.ports.clusters import FakeWorld, SandboxWorld, World
from tests.fakes.restore_samples import a_restore

FIRST = a_restore(1, namespace="default")
SECOND = a_restore(2, namespace="default")


@pytest.fixture(params=["fake", "sandbox"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    sandbox = SandboxWorld(tmp_path)
    sandbox.add_class("gp3", "WaitForFirstConsumer")
    try:
        yield sandbox
    finally:
        sandbox.stop()


def test_a_restore_makes_its_objects_once(world: World) -> None:
    assert world.cluster.restored_claim(FIRST) is None
    for _ in range(2):
        world.cluster.import_snapshot(FIRST)
        world.cluster.create_restored_claim(FIRST)
    claim = world.cluster.restored_claim(FIRST)
    assert claim is not None
    assert (claim.phase, claim.operation, claim.binding) == ("Pending", FIRST.id, None)
    assert (claim.waits_for_consumer, claim.node_selected) == (True, False)


def test_another_restore_to_the_same_name_is_refused_and_removes_nothing(world: World) -> None:
    world.cluster.create_restored_claim(FIRST)
    with pytest.raises(NameTaken):
        world.cluster.create_restored_claim(SECOND)
    world.cluster.remove_restored_claim(SECOND)
    claim = world.cluster.restored_claim(SECOND)
    assert claim is not None and claim.operation == FIRST.id


def test_what_a_restore_made_can_be_removed_and_removed_again(world: World) -> None:
    world.cluster.import_snapshot(FIRST)
    world.cluster.create_restored_claim(FIRST)
    for _ in range(2):
        world.cluster.remove_restored_claim(FIRST)
        world.cluster.remove_imported_snapshot(FIRST)
    assert world.cluster.restored_claim(FIRST) is None
    world.cluster.import_snapshot(FIRST)


def test_an_import_that_would_take_its_ebs_snapshot_along_stays(world: World) -> None:
    world.cluster.import_snapshot(FIRST)
    world.cluster.create_restored_claim(FIRST)
    world.flip(FIRST.objects)
    with pytest.raises(PermanentError, match=f"kubectl patch volumesnapshotcontent {FIRST.objects} "):
        world.cluster.remove_imported_snapshot(FIRST)
    claim = world.cluster.restored_claim(FIRST)
    assert claim is not None and not claim.snapshot_gone


def test_a_claim_whose_import_was_removed_says_so(world: World) -> None:
    world.cluster.create_restored_claim(FIRST)
    claim = world.cluster.restored_claim(FIRST)
    assert claim is not None
    assert (claim.snapshot_ready, claim.snapshot_error) == (False, f"VolumeSnapshot {FIRST.objects} is gone")


def test_a_place_says_whether_its_namespace_and_the_name_are_there(world: World) -> None:
    if isinstance(world, FakeWorld):
        world.fake.namespaces = {"default": "Active"}
    free = world.cluster.restore_target("default", FIRST.target, "ap-northeast-2")
    assert (free.namespace_phase, free.claim_exists, free.region) == ("Active", False, "ap-northeast-2")
    world.cluster.create_restored_claim(FIRST)
    taken = world.cluster.restore_target("default", FIRST.target, "")
    assert (taken.claim_exists, taken.free_name) == (True, f"{FIRST.target}-2")
    assert free.free_name == ""
    assert world.cluster.restore_target("lost", FIRST.target, "").namespace_phase == ""


def test_the_sandbox_tells_its_classes(tmp_path: Path) -> None:
    sandbox = SandboxWorld(tmp_path)
    try:
        sandbox.add_class("gp3", "WaitForFirstConsumer")
        found = sandbox.cluster.restore_target("default", "data", "").classes["gp3"]
        assert (found.provisioner, found.waits_for_consumer) == ("ebs.csi.aws.com", True)
        assert sandbox.cluster.storage_classes()["gp3"] == found
    finally:
        sandbox.stop()
