"""What really happened, as values: the demo shows them, checks them and writes them to the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LiveClaim:
    """A claim as the Kubernetes API shows it now; `on_ebs` when it is bound to an EBS volume."""

    namespace: str
    name: str
    uid: str
    requested: str
    on_ebs: bool


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """An EC2 snapshot with our tags. `size_bytes` is the size of the volume it was cut from."""

    id: str
    state: str
    started_at: datetime
    size_bytes: int
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class RunFact:
    """A run: how it ended (or where it stands), and why it could do less than it should."""

    id: str
    state: str
    degraded: str = ""


@dataclass(frozen=True, slots=True)
class PointFact:
    """A recovery point: its state from the journal, its size from EC2 (0 while there is no snapshot)."""

    id: str
    state: str
    method: str
    snapshot_id: str
    size_bytes: int
    group: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A claim under a policy with its points; or one that no policy takes (`policy` ""), and why.

    `claim` is the name of the claim; for storage outside any claim it is `pod:volume`.
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
