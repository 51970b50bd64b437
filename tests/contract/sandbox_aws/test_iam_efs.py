"""On what EFS authorises calls, as the service authorization reference lists it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox


def may(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": f"elasticfilesystem:{action}", "Resource": resource}


def test_an_access_point_is_described_by_who_may_describe_that_one(
    sandbox: Sandbox, acting_as: Callable[..., Any]
) -> None:
    efs = sandbox.client("efs")
    name = efs.create_file_system()["FileSystemId"]
    ours, other = (efs.create_access_point(FileSystemId=name) for _ in range(2))
    role = acting_as(may("DescribeAccessPoints", ours["AccessPointArn"]), service="efs")

    found = role.describe_access_points(AccessPointId=ours["AccessPointId"])["AccessPoints"]
    assert [each["FileSystemId"] for each in found] == [name]
    for query in ({"AccessPointId": other["AccessPointId"]}, {"FileSystemId": name}, {}):
        with pytest.raises(ClientError, match="AccessDenied"):
            role.describe_access_points(**query)


def test_an_access_point_is_made_by_who_may_on_its_file_system(
    sandbox: Sandbox, acting_as: Callable[..., Any]
) -> None:
    ours, other = (sandbox.client("efs").create_file_system() for _ in range(2))
    role = acting_as(may("CreateAccessPoint", ours["FileSystemArn"]), service="efs")

    assert role.create_access_point(FileSystemId=ours["FileSystemId"])["AccessPointId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        role.create_access_point(FileSystemId=other["FileSystemId"])


TAGS = [{"Key": "owner", "Value": "snapkeep"}]


def test_an_access_point_with_tags_needs_the_right_to_tag(
    sandbox: Sandbox, acting_as: Callable[..., Any]
) -> None:
    name = sandbox.client("efs").create_file_system()["FileSystemId"]
    while_made = {"StringEquals": {"elasticfilesystem:CreateAction": "CreateAccessPoint"}}
    maker = acting_as(may("CreateAccessPoint", "*"), service="efs")
    with pytest.raises(ClientError, match="AccessDenied"):
        maker.create_access_point(FileSystemId=name, Tags=TAGS)

    tagger = acting_as(
        may("CreateAccessPoint", "*"), may("TagResource", "*") | {"Condition": while_made}, service="efs"
    )
    assert tagger.create_access_point(FileSystemId=name, Tags=TAGS)["Tags"] == TAGS


def test_an_access_point_is_made_with_the_tags_that_a_policy_demands(
    sandbox: Sandbox, acting_as: Callable[..., Any]
) -> None:
    name = sandbox.client("efs").create_file_system()["FileSystemId"]
    owned = {"Condition": {"StringEquals": {"aws:RequestTag/owner": "snapkeep"}}}
    role = acting_as(may("CreateAccessPoint", "*") | owned, may("TagResource", "*"), service="efs")

    assert role.create_access_point(FileSystemId=name, Tags=TAGS)["AccessPointId"]
    for tags in ([], [{"Key": "owner", "Value": "somebody"}]):
        with pytest.raises(ClientError, match="AccessDenied"):
            role.create_access_point(FileSystemId=name, Tags=tags)
