"""What instances promise: those in memory, and those of EC2 on moto and in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.aws.instances import Ec2Instances
from snapkeep.domain.interruption.instances import Instance, InstanceState
from snapkeep.ports.ec2 import Instances
from tests.fakes.nodes import FakeInstances

UNKNOWN = f"i-{0xBAD:017x}"


@pytest.fixture(params=["memory", "moto", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def world(request: pytest.FixtureRequest) -> tuple[Instances, str, str]:
    """The port, an instance that runs with one data volume, and the id of that volume."""
    if request.param == "memory":
        instance = Instance("i-1", InstanceState.RUNNING, "ip-10-0-0-1.ec2.internal", volumes=("vol-1",))
        return FakeInstances(instance), "i-1", "vol-1"
    source = {"moto": "aws", "sandbox": "sandbox"}[request.param]
    ec2: Any = request.getfixturevalue(source).client("ec2")
    zone = {"AvailabilityZone": "ap-northeast-2a"}
    answer = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, Placement=zone)
    instance_id = str(answer["Instances"][0]["InstanceId"])
    volume = str(ec2.create_volume(**zone, Size=4)["VolumeId"])
    ec2.attach_volume(VolumeId=volume, InstanceId=instance_id, Device="/dev/xvdb")
    return Ec2Instances(ec2), instance_id, volume


def test_an_instance_is_known_with_its_state_and_its_data_volumes(world: tuple[Instances, str, str]) -> None:
    instances, instance_id, volume = world
    found = instances.instance(instance_id)
    assert found is not None
    assert (found.id, found.state, found.volumes) == (instance_id, InstanceState.RUNNING, (volume,))


def test_an_instance_that_ec2_does_not_know_is_none(world: tuple[Instances, str, str]) -> None:
    assert world[0].instance(UNKNOWN) is None
