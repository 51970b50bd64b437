"""One contract for the ports about EFS itself: the fake, and the adapter on the sandbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.efs import EfsAccessPoints
from snapkeep.domain.errors import NotFound
from snapkeep.ports.efs import AccessPoint
from snapkeep.ports.efs_restores import FileSystem
from tests.fakes.efs import FakeAccessPoints

Port = FakeAccessPoints | EfsAccessPoints
Make = Callable[[str, str], tuple[Port, AccessPoint]]
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


def _fake(path: str, user: str) -> tuple[Port, AccessPoint]:
    made = AccessPoint("fsap-01234567", "fs-01234567", path or "/", user)
    fake = FakeAccessPoints(made)
    fake.file_systems["fs-01234567"] = FileSystem("fs-01234567", True, 0, 0)
    return fake, made


def _real(sandbox: Sandbox, path: str, user: str) -> tuple[Port, AccessPoint]:
    efs = sandbox.client("efs")
    file_system = efs.create_file_system()["FileSystemId"]
    more: dict[str, Any] = {"RootDirectory": {"Path": path}} if path else {}
    if user:
        uid, groups = user.split(":")
        gid, *others = map(int, groups.split(","))
        more["PosixUser"] = {"Uid": int(uid), "Gid": gid, **({"SecondaryGids": others} if others else {})}
    name = efs.create_access_point(FileSystemId=file_system, **more)["AccessPointId"]
    return EfsAccessPoints(efs), AccessPoint(name, file_system, path or "/", user)


@pytest.mark.parametrize(
    ("path", "user"), [("/web", "1000:1001"), ("/a/b", ""), ("", "0:0"), ("/c", "1:2,3,4")]
)
def test_an_access_point_says_its_folder_and_its_user(make: Make, path: str, user: str) -> None:
    port, made = make(path, user)

    assert port.access_point(made.id) == made


def test_an_access_point_that_is_gone_is_none(make: Make) -> None:
    port, _ = make("/", "")

    assert port.access_point("fsap-0123456789abcdef0") is None


@pytest.mark.parametrize("user", ["1000:1001", "1000:1001,7,8", "0:0", ""])
def test_an_access_point_is_made_once_for_a_token(make: Make, user: str) -> None:
    port, other = make("/web", "")
    wanted = AccessPoint("", other.file_system, "/aws-backup-restore_2026-11-24T05-07-33-512Z/web", user)
    token = uuid.uuid4().hex

    first = port.make_access_point(wanted, token, {"snapkeep:managed": "true"})

    assert port.access_point(first) == replace(wanted, id=first)
    assert port.make_access_point(wanted, token, {"snapkeep:managed": "true"}) == first
    assert port.make_access_point(wanted, uuid.uuid4().hex, {}) != first


def test_a_file_system_that_is_gone_has_no_access_points(make: Make) -> None:
    port, _ = make("/", "")
    gone = AccessPoint("", "fs-ffffffffffffffff", "/web", "")

    assert port.file_system(gone.file_system) is None
    with pytest.raises(NotFound):
        port.make_access_point(gone, uuid.uuid4().hex, {})


def test_a_file_system_says_whether_pods_can_mount_it(make: Make) -> None:
    port, made = make("/", "")

    assert port.file_system(made.file_system) == FileSystem(made.file_system, True, 0, 0)
