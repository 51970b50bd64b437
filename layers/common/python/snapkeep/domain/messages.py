"""What the outside asks of us or tells us, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BackupRequest:
    """A schedule fired (or somebody asked): run a policy's slot (aware UTC) in a cluster.

    Without a cluster: in each cluster of the policy. `caller` is who says that they ask, "" for nobody.
    """

    cluster: str
    policy: str
    slot: datetime
    caller: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotsFinished:
    """EC2 says that snapshots ended, well or badly; what became of them is read from EC2.

    `at` is when it said so (aware UTC), None where the event does not tell.
    """

    snapshot_ids: tuple[str, ...]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PruneRequest:
    """What prune is asked for: one cluster ("" for all), only the plan, or exactly a confirmed plan.

    With `orphans` it sweeps orphans instead of pruning by retention.
    """

    cluster: str = ""
    dry_run: bool = False
    confirm: str = ""
    orphans: bool = False
