"""Requests and events from outside, parsed; and the changes that requests made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BackupRequest:
    """Run a policy's slot (aware UTC) in a cluster, because a schedule fired or somebody asked.

    Without a `cluster` the request covers every cluster of the policy. `caller` is who claims to ask; "" if
    nobody does.
    """

    cluster: str
    policy: str
    slot: datetime
    caller: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotsFinished:
    """EC2 reports that snapshots ended, successfully or not; their state must still be read from EC2.

    `at` is the time of the report (aware UTC), None when the event carries none.
    """

    snapshot_ids: tuple[str, ...]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PruneRequest:
    """A request to prune one cluster ("" for all), to plan only (`dry_run`), or to carry out exactly the
    confirmed plan.

    With `orphans` it sweeps orphans instead of pruning by retention. `place` means the copies there ("" for
    those of all places, where copies are pruned).
    """

    cluster: str = ""
    dry_run: bool = False
    confirm: str = ""
    orphans: bool = False
    place: str = ""

    @property
    def scope(self) -> str:
        """The scope that it means, by the name that reports give it; "" for all."""
        return copies_scope(self.cluster, self.place) if self.place else self.cluster

    @property
    def what(self) -> str:
        """What the scope is, in words."""
        return "cluster or place" if self.place else "cluster"


FILE_SYSTEMS = "file systems"
"""The scope in which recovery points of file systems are pruned. No name of a cluster has a space."""


def copies_scope(cluster: str, place: str) -> str:
    """The scope in which the copies of a cluster in a place are pruned. No name of a cluster has an `@`.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    """
    return f"{cluster}@{place}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: who asked (`caller` is an ARN), for what, and the answer.

    `location` is the path of what was created, "" when nothing was.
    """

    caller: str
    method: str
    path: str
    status: int
    request_id: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class FilesRead:
    """Files of recovery points that somebody asked to see: who (`caller` is an ARN), what, and of which.

    `kind` is `ls`, `get`, `versions` or `find`. `point` is "" when all points of the claim are meant.
    `file` is a path in the volume, and `looked_for` the name that `find` looks for below it.
    """

    caller: str
    kind: str
    cluster: str
    namespace: str
    claim: str
    point: str
    file: str
    looked_for: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ObjectsRead:
    """Saved objects to which somebody asked for links: who (`caller` is an ARN), and of which run and
    namespace."""

    caller: str
    cluster: str
    namespace: str
    run: str
    request_id: str
