"""Access points of EFS: one for a token, with roots that EFS accepts.

https://docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html
https://docs.aws.amazon.com/efs/latest/ug/API_RootDirectory.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox


@pytest.fixture(scope="module")
def efs() -> Iterator[Any]:
    with Sandbox(cluster="") as running:
        yield running.client("efs")


def test_a_known_token_is_refused_with_the_first_access_point(efs: Any) -> None:
    file_system = efs.create_file_system()["FileSystemId"]
    asked = {"FileSystemId": file_system, "ClientToken": "one", "RootDirectory": {"Path": "/web"}}
    first = efs.create_access_point(**asked)["AccessPointId"]

    with pytest.raises(ClientError) as refused:
        efs.create_access_point(**asked)

    assert refused.value.response["Error"]["Code"] == "AccessPointAlreadyExists"
    assert refused.value.response["AccessPointId"] == first
    points = efs.describe_access_points(FileSystemId=file_system)["AccessPoints"]
    assert [each["AccessPointId"] for each in points] == [first]


@pytest.mark.parametrize("path", ["/" + "a" * 100, "/a/b/c/d/e", "/a&b", "/.a", "web"])
def test_a_root_that_is_too_long_too_deep_or_too_odd_is_refused(efs: Any, path: str) -> None:
    file_system = efs.create_file_system()["FileSystemId"]

    with pytest.raises(ClientError) as refused:
        efs.create_access_point(FileSystemId=file_system, RootDirectory={"Path": path})

    assert refused.value.response["Error"]["Code"] == "BadRequest"
