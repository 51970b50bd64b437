"""Access points of EFS in memory, and claims on EFS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snapkeep.domain.claims import Claim, Volume, VolumeKind
from snapkeep.domain.errors import NotFound
from snapkeep.ports.efs import AccessPoint
from snapkeep.ports.efs_restores import FileSystem
from tests.fakes.faults import Faults


class FakeAccessPoints(Faults):
    """Implements the AccessPoints, AccessPointMaker and EfsFileSystems ports."""

    def __init__(self, *points: AccessPoint) -> None:
        super().__init__()
        self.all = {each.id: each for each in points}
        self.file_systems: dict[str, FileSystem] = {}
        self.asked: list[str] = []
        self._tokens: dict[str, str] = {}

    def access_point(self, name: str) -> AccessPoint | None:
        """An access point by its id."""
        self._before("access_point")
        self.asked.append(name)
        return self.all.get(name)

    def make_access_point(self, point: AccessPoint, token: str, tags: Mapping[str, str]) -> str:
        """Make an access point, one for a token."""
        self._before("make_access_point")
        if point.file_system not in self.file_systems:
            raise NotFound(f"there is no file system {point.file_system}")
        name = self._tokens.setdefault(token, f"fsap-{len(self.all) + 1:08x}")
        self.all.setdefault(name, replace(point, id=name))
        self._after("make_access_point")
        return name

    def file_system(self, name: str) -> FileSystem | None:
        """A file system by its id."""
        self._before("file_system")
        return self.file_systems.get(name)


def on_efs(name: str, handle: str, *, cluster: str = "myeks", namespace: str = "web", **more: Any) -> Claim:
    """A bound claim whose volume has this handle of the EFS driver."""
    return Claim(
        cluster=cluster,
        namespace=namespace,
        name=name,
        uid=f"uid-{cluster}-{name}",
        phase="Bound",
        requested="5Gi",
        requested_bytes=5 * 2**30,
        storage_class="efs-sc",
        access_modes=("ReadWriteMany",),
        volume_mode="Filesystem",
        volume=Volume(f"pv-{name}", VolumeKind.EFS, "efs.csi.aws.com", handle),
        **more,
    )
