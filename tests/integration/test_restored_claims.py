"""Restores by the real adapter, where the emulated driver and volume controller decide what they become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from sandbox.driver import Driver
from sandbox.driver.ec2 import VolumeRequest
from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.ports.kubernetes import Cluster
from snapkeep.services.archive.bring_back import BringBack
from snapkeep.services.give_up import GiveUp
from snapkeep.services.restore.carry_out import Restore
from snapkeep.services.restore.finish import PATIENCE, FinishReport, FinishRestores
from snapkeep.services.restore.lend_tags import LendTags
from snapkeep.services.restore.restored_claims import RestoredClaims
from snapkeep.services.restore.returns import ReturnPoints
from tests.contract.ports.clusters import SandboxWorld
from tests.contract.sandbox_driver.fake_ec2 import FakeEc2
from tests.fakes import FakeSnapshots, MemoryJournal, TestClock
from tests.fakes.messaging import FakeAnnouncer
from tests.fakes.restore_samples import NOW, a_restore
from tests.fakes.restores import FakeHolds, NothingLent
from tests.fakes.tiers import FakeTiers

CLAIMS, SNAPSHOTS = "persistentvolumeclaims", "volumesnapshots"


@dataclass
class OneCluster:
    """The clusters of a deployment that has one."""

    cluster: Cluster

    def open(self, name: str) -> Cluster:
        return self.cluster


class Volumes(FakeSnapshots):
    """EC2 as the product sees it: what volumes were made from, and nothing else."""

    def __init__(self, ec2: FakeEc2) -> None:
        super().__init__()
        self.ec2 = ec2

    def made_from(self, volume_id: str) -> str | None:
        volume = self.ec2.volumes.get(volume_id)
        return volume.snapshot_id if volume else None


class Lab:
    """A cluster with a driver, recovery points of 10 GiB in EC2, and those who restore from them."""

    def __init__(self, folder: Path) -> None:
        self.world = SandboxWorld(folder)
        self.store = self.world.store
        self.ec2 = FakeEc2(instant=True)
        self.driver = Driver(self.store, self.ec2, cluster_name="myeks", region="ap-northeast-2")
        self.driver.start()
        self.clock, self.journal = TestClock(NOW), MemoryJournal()
        self.holds = FakeHolds(self.clock, self.journal.restores)
        clusters = OneCluster(self.world.cluster)
        volumes = Volumes(self.ec2)
        lending = LendTags(volumes, self.journal.holds, self.journal.restores)
        self.restore = Restore(clusters, self.journal.restores, self.holds, lending, self.clock)
        claims = RestoredClaims(clusters, volumes, volumes)
        back = BringBack(FakeTiers(FakeSnapshots(self.clock)), self.clock)
        give_up = GiveUp(
            self.journal.troubles,
            self.journal.unreadable,
            FakeAnnouncer(),
            self.clock,
            "finish_restores",
            PATIENCE,
        )
        self.finisher = FinishRestores(
            claims,
            self.journal.restores,
            give_up,
            self.restore,
            self.holds,
            NothingLent(),
            NothingLent(),
            ReturnPoints(back, self.restore, self.journal.restores, self.clock),
            self.clock,
        )
        self.node("one", "ap-northeast-2a")

    def stop(self) -> None:
        self.driver.stop()
        self.world.stop()

    def start(self, storage_class: str = "gp3", **changes: Any) -> RestoreOperation:
        """Restore a new point into default/data-restored."""
        request = VolumeRequest("ap-northeast-2a", 10, "gp3", True, "", {}, "token")
        tags = {"CSIVolumeSnapshotName": "by-hand"}
        snapshot = self.ec2.create_snapshot(self.ec2.create_volume(request), "a point", tags).id
        wanted = a_restore(namespace="default", snapshot_id=snapshot, storage_class=storage_class, **changes)
        return self.restore.start(wanted)

    def finish(self) -> FinishReport:
        self.clock.forward(minutes=5)
        return self.finisher.run()

    def node(self, name: str, zone: str) -> None:
        labels = {"topology.kubernetes.io/zone": zone}
        node = {
            "metadata": {"name": name, "labels": labels},
            "spec": {"providerID": f"aws:///{zone}/i-{name}"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }
        self.store.create("nodes", None, node)

    def free_volume(self, size: str = "20Gi", **spec: Any) -> str:
        """A volume that nobody uses, of class gp3; returns its EC2 id."""
        made = self.ec2.create_volume(VolumeRequest("ap-northeast-2a", 20, "gp3", True, "", {}, "free"))
        given = {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": size},
            "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": made},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": "gp3",
        }
        self.store.create("persistentvolumes", None, {"metadata": {"name": "free"}, "spec": given | spec})
        until(lambda: "status" in self.store.get("persistentvolumes", None, "free"))
        return made

    def pod(self, claim: str) -> None:
        """A pod that uses the claim."""
        volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
        spec = {"containers": [{"name": "app", "image": "busybox"}], "volumes": volumes}
        self.store.create("pods", "default", {"metadata": {"name": "app"}, "spec": spec})

    def claim(self, restore: RestoreOperation) -> Any:
        return self.store.get(CLAIMS, "default", restore.target)

    def bound(self, restore: RestoreOperation) -> Any:
        """The claim once it is bound."""
        return until(lambda: self.claim(restore)["status"].get("phase") == "Bound" and self.claim(restore))

    def warned(self, text: str) -> bool:
        return any(text in event["message"] for event in self.store.list("events"))


def until(done: Callable[[], Any], seconds: float = 10.0) -> Any:
    end = monotonic() + seconds
    while not (found := done()):
        assert monotonic() < end, f"not within {seconds} s"
        sleep(0.02)
    return found


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    yield lab
    lab.stop()


def test_an_import_deleted_by_hand_while_its_claim_waits_is_made_again(lab: Lab) -> None:
    """The controller keeps it for the claim, the provisioner refuses it: by itself neither ends."""
    lab.world.add_class("gp3", "WaitForFirstConsumer")
    restore = lab.start()
    until(lambda: lab.finish().waiting)
    lab.store.delete(SNAPSHOTS, "default", restore.objects)
    lab.pod(restore.target)
    until(lambda: lab.warned("being deleted") and lab.warned("Snapshot is being used to restore a PVC"))
    assert lab.claim(restore)["status"]["phase"] == "Pending"

    assert lab.finish().made == [restore.id]
    until(lambda: lab.finish() and lab.journal.restores.all[restore.id].stage is Stage.CREATED)
    claim = lab.bound(restore)

    volume = lab.store.get("persistentvolumes", None, claim["spec"]["volumeName"])
    made = lab.ec2.volumes[volume["spec"]["csi"]["volumeHandle"]]
    assert made.snapshot_id == restore.snapshot_id
    until(lambda: lab.finish().finished == [restore.id])
    until(lambda: not list(lab.store.list(SNAPSHOTS)) and not list(lab.store.list("volumesnapshotcontents")))


@pytest.mark.parametrize("binding", ["Immediate", "WaitForFirstConsumer"])
def test_a_claim_that_kubernetes_gives_a_free_volume_is_no_restore(lab: Lab, binding: str) -> None:
    lab.world.add_class("gp3", binding)
    free = lab.free_volume()
    place = lab.world.cluster.restore_target("default", "data-restored", "ap-northeast-2")
    assert [volume.name for volume in place.free_volumes] == ["free"], "the plan names it before"
    restore = lab.start()
    lab.pod(restore.target)
    lab.bound(restore)

    until(lambda: lab.finish().failed == [restore.id])

    failed = lab.journal.restores.all[restore.id]
    assert failed.stage is Stage.FAILED
    assert f"volume free ({free}, created from no snapshot)" in failed.reason
    assert list(lab.holds.held[restore.snapshot_id]) == [restore.left_holder]
    assert lab.claim(restore)["spec"]["volumeName"] == "free", "what a pod may have written to stays"


def test_a_restored_claim_whose_volume_ec2_never_shows_ends_failed_and_frees_nothing_blindly(
    lab: Lab,
) -> None:
    lab.world.add_class("gp3", "Immediate")
    restore = lab.start()
    claim = lab.bound(restore)
    volume = lab.store.get("persistentvolumes", None, claim["spec"]["volumeName"])
    handle = volume["spec"]["csi"]["volumeHandle"]
    del lab.ec2.volumes[handle]

    for _ in range(13):
        assert lab.finish().waiting == [restore.id]
    until(lambda: lab.finish().failed == [restore.id])

    failed = lab.journal.restores.all[restore.id]
    assert f"EC2 has not shown its EBS volume {handle}" in failed.reason
    assert list(lab.holds.held[restore.snapshot_id]) == [restore.left_holder]
    assert lab.claim(restore)["status"]["phase"] == "Bound", "what a pod may have written to stays"
    until(lambda: not list(lab.store.list(SNAPSHOTS)) and not list(lab.store.list("volumesnapshotcontents")))
