"""What the doctor makes of AWS' answers about callers, clusters and functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from moto import mock_aws

from snapkeep_cli.doctor.asking import Clients
from snapkeep_cli.doctor.aws import Aws
from snapkeep_cli.doctor.facts import AddOn, Caller, EksCluster, Function, Unknown
from tests.fakes.scripted_aws import REGION, refused, scripted


@pytest.fixture
def account() -> Iterator[boto3.Session]:
    """An empty account."""
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name=REGION)


@pytest.fixture
def aws(account: boto3.Session) -> Aws:
    return Aws(Clients(account, REGION))


def test_it_knows_who_asks(aws: Aws) -> None:
    caller = aws.caller()

    assert isinstance(caller, Caller)
    assert caller.account in caller.arn


def test_without_credentials_it_says_so() -> None:
    assert Aws(scripted(get_caller_identity=NoCredentialsError())).caller() == Unknown(
        "there are no AWS credentials to sign with", "aws configure"
    )


def test_who_serves_a_cluster_is_what_its_parameter_says(account: boto3.Session, aws: Aws) -> None:
    assert aws.served_by("myeks") is None
    account.client("ssm").put_parameter(Name="/snapkeep/clusters/myeks", Value="green", Type="String")
    assert aws.served_by("myeks") == "green"

    hidden = Aws(scripted(get_parameter=refused("AccessDeniedException"))).served_by("myeks")
    assert isinstance(hidden, Unknown)


def test_a_cluster_is_there_absent_or_not_to_be_seen(aws: Aws) -> None:
    seen = Aws(
        scripted(
            describe_cluster={
                "cluster": {
                    "status": "ACTIVE",
                    "version": "1.34",
                    "accessConfig": {"authenticationMode": "API"},
                    "resourcesVpcConfig": {"endpointPublicAccess": False, "endpointPrivateAccess": True},
                }
            }
        )
    ).cluster("myeks")

    assert isinstance(seen, EksCluster)
    assert (seen.authentication_mode, seen.public, seen.private) == ("API", False, True)
    assert aws.cluster("myeks") is None
    assert Aws(scripted(describe_cluster=refused("AccessDeniedException"))).cluster("myeks") == Unknown(
        "you may not call Looked"
    )


def test_a_refusal_without_words_is_told_as_one() -> None:
    found = Aws(scripted(describe_cluster=refused("400", ""))).cluster("myeks")
    assert found == Unknown("AWS refused Looked without a reason (HTTP 400)")


def test_a_cluster_from_before_access_entries_has_the_old_mode() -> None:
    found = Aws(scripted(describe_cluster={"cluster": {"status": "ACTIVE"}})).cluster("myeks")

    assert isinstance(found, EksCluster)
    assert found.authentication_mode == "CONFIG_MAP"


def test_functions_are_found_by_their_prefix(aws: Aws) -> None:
    there = Aws(
        scripted(
            get_function_configuration={
                "Role": "arn:role",
                "VpcConfig": {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"]},
            }
        )
    )

    assert there.functions("snapkeep", ["prune"]) == {
        "prune": Function("prune", "arn:role", "vpc-1", ("sg-1",))
    }
    assert aws.functions("snapkeep", ["prune", "api"]) == {}


def test_a_role_may_have_no_entry() -> None:
    absent = Aws(scripted(describe_access_entry=refused("ResourceNotFoundException")))

    assert absent.entries("myeks", {"prune": "arn:role"}) == {"prune": None}


def test_add_ons_are_told_with_their_version() -> None:
    there = Aws(scripted(describe_addon={"addon": {"status": "ACTIVE", "addonVersion": "v1"}}))

    assert there.add_on("myeks", "snapshot-controller") == AddOn("ACTIVE", "v1")
    absent = Aws(scripted(describe_addon=refused("ResourceNotFoundException")))
    assert absent.add_on("myeks", "snapshot-controller") is None


def test_only_the_groups_of_inbound_rules_for_https_are_let_in(account: boto3.Session, aws: Aws) -> None:
    ec2 = account.client("ec2")
    ids = [ec2.create_security_group(GroupName=name, Description=name)["GroupId"] for name in "abcd"]
    cluster, all_ports, https, ssh = ids
    for group, protocol, port in ((all_ports, "-1", None), (https, "tcp", 443), (ssh, "tcp", 22)):
        ports: Any = {"FromPort": port, "ToPort": port} if port else {}
        permission: Any = {"IpProtocol": protocol, "UserIdGroupPairs": [{"GroupId": group}], **ports}
        ec2.authorize_security_group_ingress(GroupId=cluster, IpPermissions=[permission])

    assert aws.admitted(cluster) == {all_ports, https}
