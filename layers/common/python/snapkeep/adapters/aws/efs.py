"""EFS file systems and their access points.

https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import code_of, said, translate
from snapkeep.domain.errors import Forbidden, NotFound
from snapkeep.ports.efs import AccessPoint
from snapkeep.ports.efs_restores import FileSystem

FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException"})
MISSING = frozenset({"AccessPointNotFound", "FileSystemNotFound"})


@dataclass(frozen=True, slots=True)
class EfsAccessPoints:
    """Implements the AccessPoints, AccessPointMaker and EfsFileSystems ports with a client of `efs`."""

    efs: Any

    def access_point(self, name: str) -> AccessPoint | None:
        """An access point by its id.

        https://docs.aws.amazon.com/efs/latest/ug/API_DescribeAccessPoints.html
        """
        try:
            with _errors(f"access point {name}"):
                found = self.efs.describe_access_points(AccessPointId=name)["AccessPoints"]
        except NotFound:
            return None
        return next(map(_read, found), None)

    def make_access_point(self, point: AccessPoint, token: str, tags: Mapping[str, str]) -> str:
        """Make an access point. Without CreationInfo EFS creates no folder: a path that is wrong cannot be
        mounted, and never looks like an empty restore.

        https://docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html
        """
        user = {"PosixUser": _posix_user(point.user)} if point.user else {}
        try:
            with _errors(f"access point to {point.path} of {point.file_system}"):
                made = self.efs.create_access_point(
                    ClientToken=token,
                    FileSystemId=point.file_system,
                    RootDirectory={"Path": point.path},
                    Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                    **user,
                )
        except ClientError as error:  # the token is known
            known: Any = error.response
            return str(known["AccessPointId"])
        return str(made["AccessPointId"])

    def file_system(self, name: str) -> FileSystem | None:
        """A file system by its id.

        https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html
        """
        try:
            with _errors(f"file system {name}"):
                found = self.efs.describe_file_systems(FileSystemId=name)["FileSystems"]
        except NotFound:
            return None
        return next(map(_file_system, found), None)


@contextmanager
def _errors(subject: str) -> Iterator[None]:
    """Raise what an error of EFS means; that something exists is passed on as it is."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code == "AccessPointAlreadyExists":
            raise
        if code in MISSING:
            raise NotFound(f"{subject}: {said(error)}") from error
        if code in FORBIDDEN:
            raise Forbidden(f"{subject}: {said(error)}") from error
        raise translate(error, subject) from error
    except BotoCoreError as error:
        raise translate(error, subject) from error


def _posix_user(text: str) -> dict[str, Any]:
    """The user that `_user_text` wrote."""
    uid, _, groups = text.partition(":")
    gid, *others = groups.split(",")
    return {"Uid": int(uid), "Gid": int(gid)} | ({"SecondaryGids": list(map(int, others))} if others else {})


def _file_system(found: dict[str, Any]) -> FileSystem:
    return FileSystem(
        id=found["FileSystemId"],
        usable=found["LifeCycleState"] in ("available", "updating"),
        mount_targets=found["NumberOfMountTargets"],
        size_bytes=found["SizeInBytes"]["Value"],
    )


def _read(found: dict[str, Any]) -> AccessPoint:
    user = found.get("PosixUser")
    return AccessPoint(
        id=found["AccessPointId"],
        file_system=found["FileSystemId"],
        path=found.get("RootDirectory", {}).get("Path") or "/",
        user=_user_text(user) if user else "",
    )


def _user_text(user: dict[str, Any]) -> str:
    """The user of an access point: `uid:gid`, and further groups after commas."""
    groups = [user["Gid"], *user.get("SecondaryGids", ())]
    return f"{user['Uid']}:{','.join(map(str, groups))}"
