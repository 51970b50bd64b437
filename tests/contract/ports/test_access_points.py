"""One contract for the AccessPoints port: the fake, and the adapter on the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.efs import EfsAccessPoints
from snapkeep.ports.efs import AccessPoint, AccessPoints
from tests.fakes.efs import FakeAccessPoints

Make = Callable[[str, str], tuple[AccessPoints, AccessPoint]]
"""Makes an access point with that folder and user; returns the port and what it should say."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture(params=["fake", "sandbox"])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "fake":
        return _fake
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    return lambda path, user: _real(sandbox, path, user)


def _fake(path: str, user: str) -> tuple[AccessPoints, AccessPoint]:
    made = AccessPoint("fsap-01234567", "fs-01234567", path or "/", user)
    return FakeAccessPoints(made), made


def _real(sandbox: Sandbox, path: str, user: str) -> tuple[AccessPoints, AccessPoint]:
    efs = sandbox.client("efs")
    file_system = efs.create_file_system()["FileSystemId"]
    more = {"RootDirectory": {"Path": path}} if path else {}
    if user:
        uid, gid = user.split(":")
        more["PosixUser"] = {"Uid": int(uid), "Gid": int(gid)}
    name = efs.create_access_point(FileSystemId=file_system, **more)["AccessPointId"]
    return EfsAccessPoints(efs), AccessPoint(name, file_system, path or "/", user)


@pytest.mark.parametrize(("path", "user"), [("/web", "1000:1001"), ("/a/b", ""), ("", "0:0")])
def test_an_access_point_says_its_folder_and_its_user(make: Make, path: str, user: str) -> None:
    port, made = make(path, user)

    assert port.access_point(made.id) == made


def test_an_access_point_that_is_gone_is_none(make: Make) -> None:
    port, _ = make("/", "")

    assert port.access_point("fsap-0123456789abcdef0") is None
