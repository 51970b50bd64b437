"""EC2 instances, as far as an interruption needs to know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.ec2_errors import ec2_errors
from snapkeep.domain.errors import NotFound
from snapkeep.domain.interruption.instances import Instance, InstanceState

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


class Ec2Instances:
    """The instances of one account and Region."""

    def __init__(self, ec2: EC2Client) -> None:
        self._ec2 = ec2

    def instance(self, instance: str) -> Instance | None:
        """The instance; None when EC2 does not know it. EC2 forgets terminated ones within about an hour."""
        try:
            with ec2_errors(f"describe {instance}"):
                answer = self._ec2.describe_instances(InstanceIds=[instance])
        except NotFound:
            return None
        found = [item for reservation in answer["Reservations"] for item in reservation["Instances"]]
        return next((_machine(item) for item in found), None)


def _machine(item: Any) -> Instance:
    boot = item.get("RootDeviceName", "")
    return Instance(
        id=item["InstanceId"],
        state=InstanceState(item["State"]["Name"]),
        private_dns=item.get("PrivateDnsName", ""),
        spot=item.get("InstanceLifecycle") == "spot",
        volumes=tuple(
            place["Ebs"]["VolumeId"]
            for place in item.get("BlockDeviceMappings", [])
            if "Ebs" in place and place.get("DeviceName") != boot
        ),
        tags={tag["Key"]: tag["Value"] for tag in item.get("Tags", [])},
    )
