"""The csi-snapshotter sidecar with the EBS driver behind it: VolumeSnapshotContents become EC2 snapshots.

The sidecar polls by calling CreateSnapshot again until the content is ready. The driver looks for the
snapshot by name tag, so while DescribeSnapshots lags it cuts another; the content keeps the first handle.
https://github.com/kubernetes-csi/external-snapshotter/blob/master/pkg/sidecar-controller/snapshot_controller.go
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/snapshot.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver import snapshot_words as words
from sandbox.driver.cluster import (
    Cluster,
    annotate,
    annotations_of,
    drop_finalizer,
    has_finalizer,
    is_deleting,
)
from sandbox.driver.ec2 import DRIVER, Ec2, Ec2Error, Ec2Snapshot
from sandbox.driver.profiles import PROFILES
from sandbox.driver.snapshot_cutting import CsiError, SnapshotCutter, snapshot_name
from sandbox.driver.snapshot_words import Object, is_ready, quoted
from sandbox.driver.switches import Faults
from sandbox.driver.worker import Backoff, Key, in_parallel, key_of
from sandbox.kubernetes.quantity import GIB

COMPONENT = f"csi-snapshotter {DRIVER}"
CREATES_AT_ONCE = 64
"""Contents created per batch, so that readiness is checked in between."""


class Snapshotter:
    """Looks after the EBS drivers' VolumeSnapshotContents."""

    def __init__(self, cluster: Cluster, ec2: Ec2, cutter: SnapshotCutter, faults: Faults) -> None:
        self._cluster = cluster
        self._ec2 = ec2
        self._cutter = cutter
        self._faults = faults
        self._errors = Backoff(0.5, 5.0)
        self._looks = Backoff(0.1, 2.0)

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """The EBS drivers' contents."""
        if resource == words.CONTENTS and obj["spec"]["driver"] in PROFILES:
            yield key_of(obj)

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Create missing EC2 snapshots, poll those that are not ready, delete the marked ones."""
        found = (self._cluster.find(words.CONTENTS, None, name) for _, name in keys)
        contents = [content for content in found if content is not None]
        doomed = [content for content in contents if _should_delete(content)]
        unready = [content for content in contents if not _should_delete(content) and not is_ready(content)]
        fresh = [content for content in unready if not _handle(content)]
        imported = [content for content in unready if _is_imported(content)]
        polled = [content for content in unready if _handle(content) and not _is_imported(content)]
        return {
            **dict.fromkeys(map(key_of, fresh[CREATES_AT_ONCE:]), 0.0),
            **in_parallel(self._delete, doomed),
            **self._create(fresh[:CREATES_AT_ONCE]),
            **self._create([] if self._is_stuck() else polled),
            **self._look(imported),
        }

    def _is_stuck(self) -> bool:
        return self._faults.switches.sidecar == "stuck"

    def _create(self, contents: list[Object]) -> Mapping[Key, float]:
        """The driver looks for its name tag first: a snapshot that EC2 shows under it is not cut again."""
        delays = {key_of(content): self._pause(content) for content in contents}
        due = [content for content in contents if not delays[key_of(content)]]
        known = self._ec2.snapshots_named([snapshot_name(content) for content in due]) if due else {}

        def create(content: Object) -> float | None:
            return self._create_one(content, known.get(snapshot_name(content)))

        return {
            **{key: delay for key, delay in delays.items() if delay},
            **in_parallel(create, due),
        }

    def _pause(self, content: Object) -> float:
        """Seconds before the next call for the content may be made."""
        key = key_of(content)
        polled = self._looks.left(key) if _handle(content) else 0.0
        return max(self._faults.delay(content["metadata"]["uid"]), self._errors.left(key), polled)

    def _create_one(self, content: Object, existing: Ec2Snapshot | None) -> float | None:
        name = content["metadata"]["name"]
        try:
            parameters = self._parameters(content)
            if not _handle(content):
                self._cluster.change(
                    words.CONTENTS, None, name, lambda obj: annotate(obj, **{words.BEING_CREATED: "yes"})
                )
            snapshot = existing or self._cutter.cut(content, parameters)
        except CsiError as error:
            volume_id = content["spec"]["source"]["volumeHandle"]
            problem = f"failed to take snapshot of the volume {volume_id}: {quoted(str(error))}"
            return self._fail(content, problem)
        except LookupError as error:
            return self._fail(content, str(error))
        return self._publish(content, snapshot)

    def _parameters(self, content: Object) -> dict[str, str]:
        name = content["spec"].get("volumeSnapshotClassName")
        snapshot_class = self._cluster.find(words.CLASSES, None, name) if name else None
        if snapshot_class is not None:
            return snapshot_class.get("parameters") or {}
        content_name = content["metadata"]["name"]
        problem = f"failed to take snapshot {content_name} without a snapshot class"
        if name:
            problem = f'volumesnapshotclass.snapshot.storage.k8s.io "{name}" not found'
        raise LookupError(
            f"failed to get input parameters to create snapshot for content {content_name}: {quoted(problem)}"
        )

    def _look(self, contents: list[Object]) -> Mapping[Key, float]:
        """Ask EC2 once about imported contents, which the sidecar looks up by handle."""
        if not contents or self._is_stuck():
            return {}
        known = self._ec2.snapshots(sorted({_handle(content) for content in contents}))
        again: dict[Key, float] = {}
        for content in contents:
            snapshot = known.get(_handle(content))
            if snapshot is not None:
                delay = self._publish(content, snapshot)
            else:
                delay = self._fail(content, _not_listed(content))
            if delay is not None:
                again[key_of(content)] = delay
        return again

    def _publish(self, content: Object, snapshot: Ec2Snapshot) -> float | None:
        """Write what EC2 says to the content; seconds until the next look, None once it is ready.

        The first handle stays, whatever snapshot the driver returns later. An error is cleared only when the
        content becomes ready.
        """
        ready = snapshot.state == "completed" and not self._is_stuck()

        def write(obj: Object) -> None:
            _unmark_creation(obj)
            found = {
                "creationTime": int(snapshot.started_at.timestamp()) * 10**9
                + snapshot.started_at.microsecond * 1000,
                "restoreSize": snapshot.size_gib * GIB,
                "snapshotHandle": snapshot.id,
            }
            known = {
                key: value for key, value in obj.get("status", {}).items() if key != "error" or not ready
            }
            obj["status"] = {**found, **known, "readyToUse": ready}

        if ready or "snapshotHandle" not in content.get("status", {}):
            self._cluster.change(words.CONTENTS, None, content["metadata"]["name"], write)
        self._errors.forget(key_of(content))
        return None if ready else self._looks.next(key_of(content))

    def _fail(self, content: Object, problem: str) -> float:
        """The first failure and those of the retries read differently, as in the real sidecar, which removes
        the creation mark after every final error, reported before or not.
        """
        first = "status" not in content
        reason = "SnapshotCreationFailed" if first else "SnapshotContentCheckandUpdateFailed"
        what = "Failed to create snapshot" if first else "Failed to check and update snapshot content"
        message = f"{what}: {problem}"
        changed = content.get("status", {}).get("error", {}).get("message") != message

        def write(obj: Object) -> None:
            _unmark_creation(obj)
            error = {"message": message, "time": self._cluster.now()}
            obj["status"] = {**obj.get("status", {}), "error": error, "readyToUse": False}

        if changed:
            self._cluster.change(words.CONTENTS, None, content["metadata"]["name"], write)
            self._cluster.warning(content, COMPONENT, reason, message)
        else:
            self._cluster.change(words.CONTENTS, None, content["metadata"]["name"], _unmark_creation)
        return self._errors.next(key_of(content))

    def _delete(self, content: Object) -> float | None:
        """EC2 first, then the finalizer: deleting the content first would leak its snapshot."""
        handle = _handle(content)
        if handle and content["spec"]["deletionPolicy"] == "Delete":
            try:
                self._ec2.delete_snapshot(handle)
            except Ec2Error as error:
                problem = f"failed to delete snapshot {quoted(handle)}, err: {error}"
                self._cluster.warning(content, COMPONENT, "SnapshotDeleteError", "Failed to delete snapshot")
                self._cluster.change(
                    words.CONTENTS,
                    None,
                    content["metadata"]["name"],
                    lambda obj: obj["status"].__setitem__(
                        "error", {"message": problem, "time": self._cluster.now()}
                    ),
                )
                return self._errors.next(key_of(content))
        self._cluster.change(
            words.CONTENTS,
            None,
            content["metadata"]["name"],
            lambda obj: drop_finalizer(obj, words.CONTENT_PROTECTION),
        )
        return None


def _unmark_creation(content: Object) -> None:
    content["metadata"].get("annotations", {}).pop(words.BEING_CREATED, None)


def _handle(content: Object) -> str:
    """A content's EC2 snapshot id, given or found; "" if there is none yet."""
    given = content["spec"]["source"].get("snapshotHandle")
    return str(given or content.get("status", {}).get("snapshotHandle", ""))


def _is_imported(content: Object) -> bool:
    return "snapshotHandle" in content["spec"]["source"]


def _should_delete(content: Object) -> bool:
    """Delete a bound content only once the controller has marked it, an unbound imported one at once.
    Leave a content alone while its snapshot is being created, or the snapshot would be orphaned."""
    if not is_deleting(content) or not has_finalizer(content, words.CONTENT_PROTECTION):
        return False
    marks = annotations_of(content)
    if _is_imported(content) and not content["spec"]["volumeSnapshotRef"].get("uid"):
        return True
    return words.BEING_DELETED in marks and words.BEING_CREATED not in marks


def _not_listed(content: Object) -> str:
    problem = quoted(f"can not find snapshot for snapshotID {_handle(content)}")
    return f"failed to list snapshot for content {content['metadata']['name']}: {problem}"
