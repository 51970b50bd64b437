"""EC2 behind the fake and behind the real adapter, and what tests do to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from snapkeep.adapters.aws.ec2 import Ec2Snapshots
from snapkeep.ports.ec2 import Snapshots
from tests.fakes import FakeSnapshots
from tests.fakes.snapshots import VOLUME_OF

GIB = 2**30


class Ec2(ABC):
    """An EC2 to put volumes and instances into."""

    snapshots: Snapshots

    @abstractmethod
    def of(self, deployment: str) -> Snapshots:
        """Snapshots as that deployment lists and tags them."""

    @abstractmethod
    def volume(self, gib: int = 4, instance: str = "", device: str = "/dev/xvdb") -> str:
        """A volume, attached to the instance if one is named."""

    @abstractmethod
    def complete(self, snapshot_id: str) -> None:
        """Let the snapshot complete."""

    @abstractmethod
    def volume_from(self, snapshot_id: str) -> str:
        """A volume made from the snapshot."""

    @abstractmethod
    def instance(self) -> str:
        """A running instance with a boot volume."""


class FakeEc2(Ec2):
    """The fake."""

    def __init__(self) -> None:
        self.snapshots = self.fake = FakeSnapshots()

    def of(self, deployment: str) -> Snapshots:
        return self.fake.of(deployment)

    def volume(self, gib: int = 4, instance: str = "", device: str = "/dev/xvdb") -> str:
        name = f"vol-{len(self.fake.volumes):017x}"
        self.fake.add_volume(name, gib, instance)
        return name

    def complete(self, snapshot_id: str) -> None:
        self.fake.complete(snapshot_id)

    def volume_from(self, snapshot_id: str) -> str:
        return f"{VOLUME_OF}{snapshot_id}"

    def instance(self) -> str:
        name = f"i-{len(self.fake.volumes):017x}"
        self.fake.add_volume(f"vol-boot-{name}", 8, name, boot=True)
        return name


class RealEc2(Ec2):
    """The real adapter on an emulated EC2."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.snapshots = Ec2Snapshots(client, client)

    def of(self, deployment: str) -> Snapshots:
        return Ec2Snapshots(self.client, self.client, deployment)

    def volume(self, gib: int = 4, instance: str = "", device: str = "/dev/xvdb") -> str:
        volume = str(self.client.create_volume(AvailabilityZone="ap-northeast-2a", Size=gib)["VolumeId"])
        if instance:
            self.client.attach_volume(VolumeId=volume, InstanceId=instance, Device=device)
        return volume

    def complete(self, snapshot_id: str) -> None:
        self.client.get_waiter("snapshot_completed").wait(
            SnapshotIds=[snapshot_id], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )

    def volume_from(self, snapshot_id: str) -> str:
        made = self.client.create_volume(AvailabilityZone="ap-northeast-2a", SnapshotId=snapshot_id)
        return str(made["VolumeId"])

    def instance(self) -> str:
        answer = self.client.run_instances(
            ImageId="ami-12345678",
            MinCount=1,
            MaxCount=1,
            Placement={"AvailabilityZone": "ap-northeast-2a"},
        )
        return str(answer["Instances"][0]["InstanceId"])


def add_state(parsed: dict[str, Any], **_: Any) -> None:
    """EC2 answers CreateSnapshots with each snapshot's state; moto forgets it."""
    for snapshot in parsed["Snapshots"]:
        snapshot["State"] = "pending"
