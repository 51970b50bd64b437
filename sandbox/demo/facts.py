"""What really happened, as values that the demo shows, checks and writes to the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LiveClaim:
    """A claim as the Kubernetes API shows it now; `on_ebs` is true if it is bound to an EBS volume."""

    namespace: str
    name: str
    uid: str
    requested: str
    on_ebs: bool


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """An EC2 snapshot with our tags. `size_bytes` is the size of its source volume."""

    id: str
    state: str
    started_at: datetime
    size_bytes: int
    tags: dict[str, str]
    volume_id: str = ""


@dataclass(frozen=True, slots=True)
class RunFact:
    """A run: how it ended (or where it stands), and why it did less than it should have."""

    id: str
    state: str
    degraded: str = ""


@dataclass(frozen=True, slots=True)
class PointFact:
    """A recovery point: its state from the journal, its size from EC2 (0 until there is a snapshot)."""

    id: str
    state: str
    method: str
    snapshot_id: str
    size_bytes: int
    group: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A claim under a policy with its points, or one that no policy takes (`policy` ""), and why.

    `claim` is the claim's name; for storage outside any claim it is `pod:volume`.
    """

    cluster: str
    namespace: str
    claim: str
    policy: str
    protected: bool
    reason: str
    points: tuple[PointFact, ...] = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.claim}"


@dataclass(frozen=True, slots=True)
class PruneFact:
    """What one prune invocation reported for the demo's cluster: the whole plan, and its outcome.

    `refused` says why prune did nothing at all. `held` are the points in `keep` that stay only because the
    brake refused to delete them; `brake` says why, and `confirm` is the token that releases them. `points`
    counts what the brake considered, `new` those made since the last prune.
    """

    refused: str
    brake: str
    confirm: str
    points: int
    new: int
    held: frozenset[str]
    keep: Mapping[str, tuple[str, ...]]
    delete: Mapping[str, str]
    deleted: int


@dataclass(frozen=True, slots=True)
class KeptFact:
    """A point of the lineage that prune kept, with every reason."""

    snapshot_id: str
    time: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeletedFact:
    """A point of the lineage that prune deleted, and why."""

    snapshot_id: str
    time: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RefusalFact:
    """A plan that the brake refused: what changed, what it would have cost, and what prune said."""

    change: str
    spared: int
    grace: str
    would_delete: int
    points: int
    said: str
    confirm: str


@dataclass(frozen=True, slots=True)
class RetentionFact:
    """Ninety days of one lineage under retention; points newest first. `made` says how they were created."""

    claim: str
    policy: str
    timezone: str
    rules: Mapping[str, int | str]
    words: str
    made: str
    simulated: int
    kept: tuple[KeptFact, ...]
    deleted: tuple[DeletedFact, ...]
    refused: RefusalFact | None = None


@dataclass(frozen=True, slots=True)
class RestoreFact:
    """A restored claim, its source claim, and the EBS snapshot and volume in between."""

    claim: str
    source: str
    snapshot_id: str
    volume_id: str
    size: str


@dataclass(frozen=True, slots=True)
class CheckFact:
    """A point that was looked into: the verdict, and what it holds.

    `made_as` is the file system that EC2's tags name, `contents` the one that was found, `transactions` how
    many of its log were replayed, `names` are those in its root. `tag` is what the snapshot's tag says.
    """

    claim: str
    point: str
    verdict: str
    reasons: tuple[str, ...]
    contents: str
    made_as: str
    transactions: int
    names: tuple[str, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class FetchedFact:
    """A file that was fetched from a point: its bytes and their SHA-256, both counted here."""

    claim: str
    point: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class VersionFact:
    """A file in a point of its claim: its size in bytes, null where it is missing."""

    point: str
    size: int | None


@dataclass(frozen=True, slots=True)
class FilesFact:
    """What was found in points without making a volume: `written` is what the writer's last line says, and
    `versions` are those of the dropped table.
    """

    checks: tuple[CheckFact, ...]
    written: str = ""
    fetched: tuple[FetchedFact, ...] = ()
    versions: tuple[VersionFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSystemFact:
    """A claim on EFS whose files came back: its file system, the ARN of the recovery point in the vault, and
    the directory into which AWS Backup restored."""

    claim: str
    file_system: str
    vault: str
    recovery_point: str
    directory: str


@dataclass(frozen=True, slots=True)
class MomentFact:
    """A line of an incident's timeline; `left` is the seconds to the deadline, None if there is none."""

    at: datetime
    text: str
    left: float | None


@dataclass(frozen=True, slots=True)
class InterruptionFact:
    """A spot node that EC2 reclaimed: its machine, where its pods went, what was saved, and the timeline.

    `healthy`: all its pods run on other nodes, the database on `moved_to`. `left_attached` names attachments
    that still hold its volumes.
    """

    node: str
    instance: str
    state: str
    moved_to: str
    healthy: bool
    left_attached: tuple[str, ...]
    snapshots: tuple[LiveSnapshot, ...]
    timeline: tuple[MomentFact, ...]


@dataclass(frozen=True, slots=True)
class LiveCopy:
    """A copy of a snapshot in another Region; `lock` is the state of its lock, "" without one.

    `source_id` is the snapshot that its tags name.
    """

    id: str
    state: str
    size_bytes: int
    key: str
    lock: str
    source_id: str
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReturnFact:
    """A claim that came back in another Region: its copy, the source, and what its volume holds."""

    claim: str
    copy_id: str
    source_id: str
    taken: datetime
    volume_id: str
    size_bytes: int
    holds: str


@dataclass(frozen=True, slots=True)
class LostRegionFact:
    """A Region that was lost, the cluster where its claims came back, and the copies that were there.

    `borrowed` is the claim that also came back from the vault, null until it has.
    """

    region: str
    cluster: str
    copies: tuple[LiveCopy, ...]
    returned: tuple[ReturnFact, ...]
    borrowed: ReturnFact | None = None
