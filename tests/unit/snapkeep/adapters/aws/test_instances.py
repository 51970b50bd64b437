"""What EC2 says of an instance, alive and dead."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.instances import Ec2Instances
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.interruption.instances import Instance, InstanceState

ID = "i-0123456789abcdef0"


def described(**changes: Any) -> dict[str, Any]:
    given = {
        "InstanceId": ID,
        "State": {"Name": "running"},
        "PrivateDnsName": "ip-10-0-0-1.ec2.internal",
        "InstanceLifecycle": "spot",
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-boot"}},
            {"DeviceName": "/dev/xvdaa", "Ebs": {"VolumeId": "vol-data"}},
            {"DeviceName": "/dev/xvdb"},
        ],
        "Tags": [{"Key": "aws:eks:cluster-name", "Value": "myeks"}],
    }
    return {"Reservations": [{"Instances": [given | changes]}]}


def machine(answer: dict[str, Any] | None, error: str = "") -> Instance | None:
    client: Any = boto3.client(
        "ec2", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stubber:
        if answer is None:
            stubber.add_client_error("describe_instances", error, "no")
        else:
            stubber.add_response("describe_instances", answer, {"InstanceIds": [ID]})
        return Ec2Instances(client).instance(ID)


def test_a_spot_instance_with_its_data_volumes_and_tags() -> None:
    assert machine(described()) == Instance(
        ID,
        InstanceState.RUNNING,
        "ip-10-0-0-1.ec2.internal",
        True,
        ("vol-data",),
        {"aws:eks:cluster-name": "myeks"},
    )


def test_a_terminated_one_has_lost_its_name_and_its_volumes() -> None:
    answer = described(State={"Name": "terminated"}, PrivateDnsName="", BlockDeviceMappings=[])
    found = machine(answer)
    assert found is not None
    assert (found.state, found.private_dns, found.volumes) == (InstanceState.TERMINATED, "", ())


def test_one_that_ec2_forgot_is_none() -> None:
    assert machine(None, "InvalidInstanceID.NotFound") is None
    assert machine({"Reservations": []}) is None


@pytest.mark.parametrize(
    ("code", "error"), [("RequestLimitExceeded", TemporaryError), ("UnauthorizedOperation", PermanentError)]
)
def test_what_ec2_refuses_is_one_of_our_errors(code: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=ID):
        machine(None, code)
