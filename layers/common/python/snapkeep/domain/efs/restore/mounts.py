"""How a volume mounts a restored folder with the identity of before.

An access point cannot lead to every path: it has 100 characters and four levels at most, and no special
characters. https://docs.aws.amazon.com/efs/latest/ug/API_RootDirectory.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from snapkeep.domain.efs.backups import EfsClaim

LONGEST_ROOT = 100
_ROOT = re.compile(r"(/(?!\.)[^$#<>;`|&?{}^*/\n]+){1,4}")

AS_LONG_AS = "aws-backup-restore_2026-11-24T05-07-33-512Z"
"""A name as AWS Backup makes them, for plans that are made before there is one."""


@dataclass(frozen=True, slots=True)
class Mount:
    """What a volume mounts: `below` the root of an access point, or of the file system if `root` is "".

    `below` is "" for the root itself.
    """

    root: str
    below: str = ""


def restored_path(directory: str, path: str) -> str:
    """Where a folder is after its restore, from the root of the file system."""
    return f"/{directory}{'' if path == '/' else path}"


def mount_of(directory: str, claim: EfsClaim) -> Mount:
    """How to mount a claim's folder in a restored directory, by the same user as before.

    A claim without an access point needs none, unless its path has a colon, which separates the parts of a
    handle. A path that is too long for an access point is mounted below one to the last folder above it that
    may be one, so that it leads to as little else as possible. Raises ValueError, with a message for users,
    when neither works.
    """
    path = restored_path(directory, claim.path)
    if not claim.user and ":" not in path:
        return Mount("", path)
    root, *names = path.removeprefix("/").split("/")
    root = f"/{root}"
    while names and _may_be_root(f"{root}/{names[0]}"):
        root = f"{root}/{names.pop(0)}"
    if any(":" in name for name in names):
        raise ValueError(
            f"{claim.path} has a colon, which the handle of a volume cannot have, and {path} is too long or "
            "too odd for the root of an access point"
        )
    return Mount(root, "".join(f"/{name}" for name in names))


def _may_be_root(path: str) -> bool:
    return len(path) <= LONGEST_ROOT and bool(_ROOT.fullmatch(path))


def handle_of(file_system: str, mount: Mount, access_point: str) -> str:
    """The handle of a volume, as every version of the EFS driver reads it.

    https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/pkg/driver/node.go (parseVolumeId)
    """
    if access_point:
        return f"{file_system}:{mount.below}:{access_point}"
    return f"{file_system}:{mount.below}"
