"""The EFS driver: what a pod sees of a file system that it mounts by the handle of its volume.

https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/pkg/driver/node.go (parseVolumeId)
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.driver.snapshot_words import Object

DRIVER = "efs.csi.aws.com"


class NotMounted(Exception):
    """The mount fails; the text is the driver's."""


class FileSystems:
    """The file systems that pods can mount. `files` are a file system's by path from its root; `root_of` is
    the root of an access point, None if there is no such one."""

    def __init__(
        self,
        files: Callable[[str], Mapping[str, str]] = lambda name: {},
        root_of: Callable[[str], str | None] = lambda name: None,
    ) -> None:
        self._files = files
        self._root_of = root_of

    def mounted(self, volume: Object) -> dict[str, str]:
        """The files that a volume shows, by their path below where it is mounted. Raises NotMounted."""
        handle = volume["spec"]["csi"]["volumeHandle"]
        name, path, access_point = (*handle.removeprefix("efs:").split(":"), "", "")[:3]
        root = self._root_of(access_point) if access_point else "/"
        if root is None:
            raise NotMounted(f'Could not mount "{name}:/": access point {access_point} does not exist')
        folder = posixpath.normpath(f"{root}/{path}").rstrip("/").replace("//", "/")
        found = {
            each.removeprefix(f"{folder}/"): text
            for each, text in self._files(name).items()
            if each.startswith(f"{folder}/")
        }
        if not found and folder:
            raise NotMounted(f'Could not mount "{name}:{folder}": No such file or directory')
        return found


def is_on_efs(volume: Object | None) -> bool:
    """Whether a PersistentVolume is of the EFS driver."""
    return volume is not None and volume["spec"].get("csi", {}).get("driver") == DRIVER


def root_of_access_points(efs: Any) -> Callable[[str], str | None]:
    """The roots of access points as a boto3 client of EFS tells them."""

    def root_of(name: str) -> str | None:
        found = efs.describe_access_points(AccessPointId=name)["AccessPoints"]
        return next((str(each["RootDirectory"]["Path"]) for each in found), None)

    return root_of
