"""In-memory Kubernetes clusters; the EBS CSI driver acts on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from snapkeep.domain import tags
from snapkeep.domain.claims import Claim, ScratchVolume
from snapkeep.domain.drivers import DRIVERS, NAMED_SNAPSHOT, snapshot_mark
from snapkeep.domain.errors import ClusterUnreachable, NameTaken, PermanentError, Throttled
from snapkeep.domain.naming import snapshot_class
from snapkeep.domain.points import Point
from snapkeep.domain.policies import USUAL_NAME
from snapkeep.domain.retention.deletion.deletions import (
    Leftover,
    SnapshotContent,
    Withdrawn,
    refuse_unless_retained,
)
from snapkeep.domain.retention.deletion.orphans import ListedSnapshot
from snapkeep.ports.kubernetes import SnapshotSupport, VolumeSnapshot
from tests.fakes.faults import Faults
from tests.fakes.restores import RestoringCluster
from tests.fakes.snapshots import FakeSnapshots


class FakeCluster(RestoringCluster):
    """VolumeSnapshots stay unbound until `run_driver` cuts them, as with a slow driver.

    `refusal` is the error text of a driver that cuts none.
    """

    def __init__(
        self,
        name: str = "myeks",
        claims: Iterable[Claim] = (),
        scratch: Iterable[ScratchVolume] = (),
        support: SnapshotSupport = SnapshotSupport(available=True),  # noqa: B008 (a frozen value)
    ) -> None:
        super().__init__()
        self.name = name
        self.claim_list = list(claims)
        self.scratch_list = list(scratch)
        self.support = support
        self.snapshots: dict[tuple[str, str], VolumeSnapshot] = {}
        self.points: dict[tuple[str, str], Point] = {}
        self.contents: dict[str, SnapshotContent] = {}
        self.classes: dict[str, str] = {}
        self.cut_at: dict[str, datetime] = {}
        self.made_at = datetime(2026, 11, 24, 18, tzinfo=UTC)
        self.finalizers: dict[str, tuple[str, ...]] = {}
        self.deleting: set[str] = set()
        self.refusal = ""

    def bind(self, error: str = "") -> None:
        """Let the controller bind all VolumeSnapshots; the driver cuts none and reports this error."""
        for key, snapshot in self.snapshots.items():
            self.snapshots[key] = replace(snapshot, bound=True, error=error)

    def claims(self) -> Iterator[Claim]:
        self._before("claims")
        yield from self.claim_list

    def claim_uids(self) -> Iterator[str]:
        self._before("claim_uids")
        yield from [claim.uid for claim in self.claim_list]

    def scratch_volumes(self) -> Iterator[ScratchVolume]:
        self._before("scratch_volumes")
        yield from self.scratch_list

    def snapshot_support(self, driver: str) -> SnapshotSupport:
        self._before("snapshot_support")
        return self.support

    def create_volume_snapshot(self, point: Point) -> str:
        self._before("create_volume_snapshot")
        key = (point.claim.namespace, point.volume_snapshot)
        if key in self.snapshots:
            if self._is_of(key, point):
                return _uid(point)
            raise NameTaken(f"VolumeSnapshot {'/'.join(key)} exists and is not ours")
        self.snapshots[key] = VolumeSnapshot(
            point.volume_snapshot, point.claim.namespace, bound=False, ready=False
        )
        self.points[key] = point
        self._after("create_volume_snapshot")
        return _uid(point)

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        self._before("volume_snapshot")
        return self.snapshots.get((namespace, name))

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        self._before("delete_volume_snapshot")
        if uid and uid != self._uid_of(namespace, name):
            return
        self._refuse_unless_retained((namespace, name))
        self.deleting.add(name)
        self._remove_deleted()
        self._after("delete_volume_snapshot")

    def withdraw_volume_snapshot(self, point: Point, useless: str = "") -> Withdrawn:
        self._before("withdraw_volume_snapshot")
        key = (point.claim.namespace, point.volume_snapshot)
        if key in self.snapshots and not self._is_of(key, point):
            return Withdrawn()
        contents = [item for item in self.contents.values() if (item.namespace, item.volume_snapshot) == key]
        cut = [item.snapshot_id for item in contents if item.snapshot_id not in ("", useless)]
        if cut:
            return Withdrawn(cut[0], cut_at=self.cut_at.get(cut[0]))
        if not self._is_of(key, point):
            return Withdrawn()
        self._refuse_unless_retained(key)
        self.deleting |= {point.volume_snapshot, *(item.name for item in contents)}
        self._remove_deleted()
        self._after("withdraw_volume_snapshot")
        left = [Leftover("VolumeSnapshot", "/".join(key), self.finalizers.get(point.volume_snapshot, ()))]
        left = left if key in self.snapshots else []
        for item in contents:
            if item.name in self.contents:
                held = self.finalizers.get(item.name, ())
                left.append(Leftover("VolumeSnapshotContent", item.name, held))
        return Withdrawn(left=tuple(left))

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        self._before("volume_snapshot_left")
        if (namespace, name) not in self.snapshots:
            return None
        return Leftover("VolumeSnapshot", f"{namespace}/{name}", self.finalizers.get(name, ()))

    def listed_snapshots(self) -> Iterator[ListedSnapshot]:
        self._before("listed_snapshots")
        for key in [key for key in self.points if key in self.snapshots]:
            yield ListedSnapshot(*key, self.made_at, self._uid_of(*key))

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        self._before("snapshot_contents")
        for content in list(self.contents.values()):
            class_name = self.classes.get(content.name, snapshot_class(self.name))
            yield replace(content, class_name=class_name, created_at=self.made_at)

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        self._before("delete_snapshot_content")
        found = self.contents.get(name)
        if found is None or uid not in ("", found.uid):
            return
        refuse_unless_retained(name, found.deletion_policy, found.snapshot_id, "it")
        self.deleting.add(name)
        self._remove_deleted()
        self._after("delete_snapshot_content")

    def snapshot_content_left(self, name: str) -> Leftover | None:
        self._before("snapshot_content_left")
        if name not in self.contents:
            return None
        return Leftover("VolumeSnapshotContent", name, self.finalizers.get(name, ()))

    def hold(self, name: str, *finalizers: str) -> None:
        """Let finalizers hold the object with that name when it is deleted."""
        self.finalizers[name] = finalizers

    def let_go(self, name: str) -> None:
        """Remove an object's finalizers, as their owners would."""
        self.finalizers.pop(name, None)
        self._remove_deleted()

    def begin(self, namespace: str, name: str) -> str:
        """Let the controller create a VolumeSnapshot's content, with nothing cut yet; return its name."""
        made = f"snapcontent-{name}"
        content = SnapshotContent(made, "", "Retain", namespace, name, f"uid-of-{made}")
        self.contents[content.name] = content
        return content.name

    def flip(self, name: str) -> None:
        """Let somebody set a content's deletionPolicy to Delete."""
        if name in self.contents:
            self.contents[name] = replace(self.contents[name], deletion_policy="Delete")
        else:
            self.flipped_imports.add(name)

    def put_foreign_snapshot(self, namespace: str, name: str) -> None:
        """Let somebody else create a VolumeSnapshot with that name first."""
        self.snapshots[namespace, name] = VolumeSnapshot(name, namespace, bound=True, ready=True)

    def report_error(self, namespace: str, name: str, error: str) -> None:
        """Let the controller write an error into a VolumeSnapshot's status."""
        self.snapshots[namespace, name] = replace(self.snapshots[namespace, name], error=error)

    def run_driver(self, ebs: FakeSnapshots) -> None:
        """Let the driver cut a snapshot for each of our VolumeSnapshots that lacks one, tagged by our class.

        It also cuts for a content whose VolumeSnapshot is gone.
        """
        begun = {(item.namespace, item.volume_snapshot): item.name for item in self.contents.values()}
        uncut = {
            (item.namespace, item.volume_snapshot) for item in self.contents.values() if not item.snapshot_id
        }
        for key in [key for key in self.points if key in uncut or self._is_uncut(key)]:
            if self.refusal:
                self._refuse(key)
                continue
            try:
                cut = self.cut_one(ebs, *key)
            except Throttled as error:
                self._fail_for_now(key, error.reason)
                continue  # the sidecar retries
            if key in self.snapshots:
                self.snapshots[key] = replace(
                    self.snapshots[key],
                    bound=True,
                    snapshot_id=cut,
                    error="",
                    driver=self.points[key].claim.driver,
                )
            self.cut_at[cut] = ebs.all[cut].started_at
            name = begun.get(key, f"snapcontent-{cut}")
            self.contents[name] = SnapshotContent(name, cut, "Retain", *key, f"uid-of-{name}")

    def cut_one(self, ebs: FakeSnapshots, namespace: str, name: str) -> str:
        """Let the driver cut a snapshot for a VolumeSnapshot, whether it has one or not; return the id."""
        point = self.points[namespace, name]
        return ebs.create(point.volume_id, self._driver_tags(point), "Created by AWS EBS CSI driver").id

    def _fail_for_now(self, key: tuple[str, str], reason: str) -> None:
        if key in self.snapshots:
            self.report_error(*key, f"rpc error: code = Internal desc = {reason}")

    def _refuse(self, key: tuple[str, str]) -> None:
        if key in self.snapshots:
            self.begin(*key)
            self.report_error(*key, self.refusal)

    def _is_uncut(self, key: tuple[str, str]) -> bool:
        return key in self.snapshots and not self.snapshots[key].snapshot_id

    def _driver_tags(self, point: Point) -> dict[str, str]:
        """The driver's own tags, and those that our class may request."""
        driver = DRIVERS[point.claim.driver]
        own = {NAMED_SNAPSHOT: snapshot_mark(_uid(point))}
        if not driver.class_tags:
            return own | driver.tags(self.name)
        named = tags.snapshot_object_tags(point)
        return own | {driver.mark: "true"} | tags.class_tags(self.name, USUAL_NAME) | named

    def mark_ready(self) -> None:
        """Let the sidecar see that the bound snapshots are complete."""
        for key, snapshot in self.snapshots.items():
            if snapshot.ready != snapshot.bound:
                self.snapshots[key] = replace(snapshot, ready=snapshot.bound)

    def _remove_deleted(self) -> None:
        for name in self.deleting - set(self.finalizers):
            self.deleting.remove(name)
            self.contents.pop(name, None)
            for key in [key for key in self.snapshots if key[1] == name]:
                del self.snapshots[key]

    def _refuse_unless_retained(self, key: tuple[str, str]) -> None:
        for item in self.contents.values():
            if (item.namespace, item.volume_snapshot) == key:
                what = f"VolumeSnapshot {'/'.join(key)}"
                refuse_unless_retained(item.name, item.deletion_policy, item.snapshot_id, what)

    def _uid_of(self, namespace: str, name: str) -> str:
        made_for = self.points.get((namespace, name))
        return _uid(made_for) if made_for else ""

    def _is_of(self, key: tuple[str, str], point: Point) -> bool:
        made_for = self.points.get(key)
        return made_for is not None and _identity(made_for) == _identity(point)


def _identity(point: Point) -> tuple[str, ...]:
    """What one of our VolumeSnapshots says it was created for."""
    return point.run, point.claim.uid, point.claim.name, point.claim.driver, point.nonce


def _uid(point: Point) -> str:
    """The UID of the point's VolumeSnapshot."""
    return f"uid-of-{point.volume_snapshot}"


class FakeClusters(Faults):
    """A deployment's clusters; `unreachable` names those whose API does not answer."""

    def __init__(self, *clusters: FakeCluster) -> None:
        super().__init__()
        self.clusters = {cluster.name: cluster for cluster in clusters}
        self.unreachable: set[str] = set()

    def open(self, name: str) -> FakeCluster:
        self._before("open")
        if name in self.unreachable:
            raise ClusterUnreachable(f"the Kubernetes API of {name} did not answer")
        if name not in self.clusters:
            raise PermanentError(f"EKS knows no cluster {name}")
        return self.clusters[name]
