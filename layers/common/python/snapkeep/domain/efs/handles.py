"""Which folder of which file system a volume of the EFS CSI driver is.

https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/pkg/driver/node.go (parseVolumeId)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

ACCESS_POINT_OPTION = "accesspoint="
"""How a mount option names an access point, in place of the handle."""

_EFS = "efs:"
_S3_FILES = "s3files:"
_FILE_SYSTEM = re.compile(r"fs-[0-9a-f]{8,40}")
_ACCESS_POINT = re.compile(r"fsap-[0-9a-f]{8,40}")


@dataclass(frozen=True, slots=True)
class EfsVolume:
    """A folder of a file system: at `path` below the root of an access point, or of the file system without
    one ("")."""

    file_system: str
    path: str = "/"
    access_point: str = ""


def volume_of_handle(handle: str) -> EfsVolume:
    """The folder that a handle names: `fs-…`, `fs-…:/path`, `fs-…::fsap-…`, or the same after `efs:`.

    Raises ValueError for anything else, with a message for users: `s3files:` is a bucket, not EFS.
    """
    if handle.startswith(_S3_FILES):
        raise ValueError(f"{handle} is a file system over an S3 bucket, not EFS: back up the bucket")
    parts = handle.removeprefix(_EFS).split(":")
    file_system, path, access_point = (*parts, "", "")[:3]
    if len(parts) > 3 or not _FILE_SYSTEM.fullmatch(file_system):
        raise ValueError(f"{handle!r} does not name an EFS file system (fs-…)")
    if access_point and not _ACCESS_POINT.fullmatch(access_point):
        raise ValueError(f"{handle!r} does not name an access point of EFS (fsap-…)")
    return EfsVolume(file_system, below("/", path), access_point)


def file_system_of(handle: str) -> str:
    """The file system (id) that a handle names; "" if it names none of EFS."""
    try:
        return volume_of_handle(handle).file_system
    except ValueError:
        return ""


def below(root: str, path: str) -> str:
    """A path below a root, absolute and without `.` and `..`; it never leaves the root."""
    inside = posixpath.normpath(posixpath.join("/", path))
    return posixpath.normpath(f"{root.rstrip('/')}/{inside.lstrip('/')}") or "/"


def handle_in_full(handle: str, mount_options: Iterable[str]) -> str:
    """The handle with the access point that a mount option names, which the driver takes if the handle names
    none.
    """
    named = [each for each in mount_options if each.startswith(ACCESS_POINT_OPTION)]
    file_system, path, access_point = (*handle.removeprefix(_EFS).split(":"), "", "")[:3]
    if not named or access_point or handle.startswith(_S3_FILES):
        return handle
    return f"{file_system}:{path}:{named[-1].removeprefix(ACCESS_POINT_OPTION)}"
