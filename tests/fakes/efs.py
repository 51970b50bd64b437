"""Access points of EFS in memory, and claims on EFS."""

from __future__ import annotations

from typing import Any

from snapkeep.domain.claims import Claim, Volume, VolumeKind
from snapkeep.ports.efs import AccessPoint
from tests.fakes.faults import Faults


class FakeAccessPoints(Faults):
    """Implements the AccessPoints port."""

    def __init__(self, *points: AccessPoint) -> None:
        super().__init__()
        self.all = {each.id: each for each in points}
        self.asked: list[str] = []

    def access_point(self, name: str) -> AccessPoint | None:
        """An access point by its id."""
        self._before("access_point")
        self.asked.append(name)
        return self.all.get(name)


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
