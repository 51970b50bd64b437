"""What the doctor makes of AWS' answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from moto import mock_aws

from cli.doctor.aws import Aws
from cli.doctor.facts import AddOn, Caller, EksCluster, Function, Quota, Unknown

REGION = "eu-west-1"


@pytest.fixture
def account() -> Iterator[boto3.Session]:
    """An empty account."""
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name=REGION)


@pytest.fixture
def aws(account: boto3.Session) -> Aws:
    return Aws(account, REGION)


class Scripted:
    """A session whose clients answer what was written down; an exception is raised."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def client(self, service: str, region_name: str) -> Scripted:
        assert region_name == REGION
        return self

    def get_paginator(self, operation: str) -> Scripted:
        return Scripted(paginate=[self._answers[operation]])

    def __getattr__(self, operation: str) -> Any:
        def answer(**_: Any) -> Any:
            found = self._answers[operation]
            if isinstance(found, Exception):
                raise found
            return found

        return answer


def scripted(**answers: Any) -> Aws:
    session: Any = Scripted(**answers)
    return Aws(session, REGION)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Looked")


def test_it_knows_who_asks(aws: Aws) -> None:
    caller = aws.caller()

    assert isinstance(caller, Caller)
    assert caller.account in caller.arn


def test_without_credentials_it_says_so() -> None:
    assert scripted(get_caller_identity=NoCredentialsError()).caller() == Unknown(
        "Unable to locate credentials", "aws configure"
    )


def test_a_cluster_is_there_absent_or_not_to_be_seen(aws: Aws) -> None:
    seen = scripted(
        describe_cluster={
            "cluster": {
                "status": "ACTIVE",
                "version": "1.34",
                "accessConfig": {"authenticationMode": "API"},
                "resourcesVpcConfig": {"endpointPublicAccess": False, "endpointPrivateAccess": True},
            }
        }
    ).cluster("myeks")

    assert isinstance(seen, EksCluster)
    assert (seen.authentication_mode, seen.public, seen.private) == ("API", False, True)
    assert aws.cluster("myeks") is None
    assert scripted(describe_cluster=refused("AccessDeniedException")).cluster("myeks") == Unknown(
        "Looked: AccessDeniedException: no"
    )


def test_a_cluster_from_before_access_entries_has_the_old_mode() -> None:
    found = scripted(describe_cluster={"cluster": {"status": "ACTIVE"}}).cluster("myeks")

    assert isinstance(found, EksCluster)
    assert found.authentication_mode == "CONFIG_MAP"


def test_functions_are_found_by_their_prefix(aws: Aws) -> None:
    there = scripted(
        get_function_configuration={
            "Role": "arn:role",
            "VpcConfig": {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"]},
        }
    )

    assert there.functions("snapkeep", ["prune"]) == {
        "prune": Function("prune", "arn:role", "vpc-1", ("sg-1",))
    }
    assert aws.functions("snapkeep", ["prune", "api"]) == {}


def test_a_role_may_have_no_entry() -> None:
    absent = scripted(describe_access_entry=refused("ResourceNotFoundException"))

    assert absent.entries("myeks", {"prune": "arn:role"}) == {"prune": None}


def test_add_ons_are_told_with_their_version() -> None:
    there = scripted(describe_addon={"addon": {"status": "ACTIVE", "addonVersion": "v1"}})

    assert there.add_on("myeks", "snapshot-controller") == AddOn("ACTIVE", "v1")
    absent = scripted(describe_addon=refused("ResourceNotFoundException"))
    assert absent.add_on("myeks", "snapshot-controller") is None


def test_volumes_keep_the_order_of_their_claims_and_some_are_gone(account: boto3.Session, aws: Aws) -> None:
    specification: Any = [{"ResourceType": "volume", "Tags": [{"Key": "CSIVolumeName", "Value": "pvc-1"}]}]
    made = account.client("ec2").create_volume(
        AvailabilityZone="eu-west-1a", Size=1, TagSpecifications=specification
    )["VolumeId"]

    found = aws.volumes({"vol-0123456789abcdef0": "shop/gone", made: "shop/data"})

    assert not isinstance(found, Unknown)
    gone, there = found
    assert (gone.claim, gone.tags) == ("shop/gone", None)
    assert (there.claim, there.tags) == ("shop/data", {"CSIVolumeName": "pvc-1"})


def test_more_volumes_than_a_filter_takes_are_asked_for_in_turns(aws: Aws) -> None:
    claims = {f"vol-{number:017x}": f"shop/data-{number}" for number in range(401)}

    found = aws.volumes(claims)

    assert not isinstance(found, Unknown)
    assert len(found) == 401


def test_only_the_groups_of_inbound_rules_for_https_are_let_in(account: boto3.Session, aws: Aws) -> None:
    ec2 = account.client("ec2")
    ids = [ec2.create_security_group(GroupName=name, Description=name)["GroupId"] for name in "abcd"]
    cluster, all_ports, https, ssh = ids
    for group, protocol, port in ((all_ports, "-1", None), (https, "tcp", 443), (ssh, "tcp", 22)):
        ports: Any = {"FromPort": port, "ToPort": port} if port else {}
        permission: Any = {"IpProtocol": protocol, "UserIdGroupPairs": [{"GroupId": group}], **ports}
        ec2.authorize_security_group_ingress(GroupId=cluster, IpPermissions=[permission])

    assert aws.admitted(cluster) == {all_ports, https}


def test_keys_have_a_state_or_are_gone(account: boto3.Session, aws: Aws) -> None:
    kms = account.client("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=made["KeyId"])
    key = made["Arn"]
    absent = key[:-12] + "000000000000"

    assert aws.keys([key, absent]) == {key: "Disabled", absent: "gone"}


def test_snapshots_are_counted_only_as_far_as_it_matters() -> None:
    quota = {"Quota": {"Value": 10.0}}
    twelve = {"Snapshots": [{}] * 12}

    assert scripted(get_service_quota=quota, describe_snapshots=twelve).snapshots() == Quota(10, 8, 8)
    three = {"Snapshots": [{}] * 3}
    assert scripted(get_service_quota=quota, describe_snapshots=three).snapshots() == Quota(10, 3, 8)


def test_pending_snapshots_are_counted() -> None:
    assert scripted(describe_snapshots={"Snapshots": [{}] * 5}).pending() == 5
