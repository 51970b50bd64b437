"""A restore in progress: what was accepted, what was created for it, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.drivers import restoring_driver
from snapkeep.domain.restore.holds import RESTORE

HOLD_FOR = timedelta(hours=24)
"""How long a restore protects its recovery point from pruning after creating its claim."""

RENEW_BEFORE = timedelta(hours=12)
"""A hold with less than this left is renewed while the claim still waits."""

GIVE_UP_AFTER = timedelta(hours=1)
"""How long Snapkeep tries to create the objects of a restore, or to find the EBS volume of its bound claim,
before the restore fails.
"""

KEEP_FOR = timedelta(days=7)
"""How long a recovery point stays held after its restore ended with a claim that contains other data."""

LEFT_BY_FAILED = "failed restore "
"""The prefix of the holder of such a hold; people may release it before it ends."""

MOST_IMPORTS = 5
"""How often one restore repeats an import; if every import is deleted, somebody must first find out why."""


class Way(StrEnum):
    """How a claim gets its recovery point: from the point's VolumeSnapshot, or from an imported one."""

    SAME_NAMESPACE = "same_namespace"
    IMPORT = "import"


class Stage(StrEnum):
    """The stage of a restore. Every stage may be entered again. A point in the archive tier is brought back
    before its restore counts as accepted."""

    BRINGING_BACK = "bringing_back"
    ACCEPTED = "accepted"
    CREATED = "created"
    BOUND = "bound"
    REMOVED = "removed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """True when only clean-up is left to do."""
        return self in (Stage.BOUND, Stage.REMOVED, Stage.FAILED)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened, when (aware UTC) and in words."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RestoreOperation:
    """One restore as the journal knows it.

    `size_bytes` is the size that the claim requests; `volume_snapshot` is the VolumeSnapshot it is restored
    from, "" for an import, which creates its own (see `source`). `imports` counts the imports that were lost
    and repeated. `caller` is the ARN of the caller. `keeps_point` says that the recovery point stays held for
    a person after the end. `cleaned` says that the imported objects are deleted and the hold is released.
    `place` is the place whose copy is restored, "" for a point in its own Region. An `archived` point was in
    the archive tier, and stays back only while this restore needs it; `awaits` says how far that is.
    `revision` grows with every write.
    """

    id: str
    cluster: str
    namespace: str
    target: str
    point_id: str
    snapshot_id: str
    way: Way
    volume_snapshot: str
    size_bytes: int
    storage_class: str
    access_modes: tuple[str, ...]
    volume_mode: str
    driver: str
    caller: str
    accepted_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""
    stage: Stage = Stage.ACCEPTED
    held_until: datetime | None = None
    reason: str = ""
    cleaned: bool = False
    imports: int = 0
    keeps_point: bool = False
    place: str = ""
    archived: bool = False
    awaits: str = ""
    timeline: tuple[TimelineEntry, ...] = ()
    revision: int = 0

    @property
    def is_open(self) -> bool:
        """True while something is left to create, to watch or to clean up."""
        return not (self.stage.is_final and self.cleaned)

    @property
    def last_step_at(self) -> datetime:
        """When (aware UTC) the restore was accepted, imported again, created or ended, whichever came
        last."""
        return self.timeline[-1].at if self.timeline else self.accepted_at

    @property
    def lent_tags(self) -> dict[str, str]:
        """The driver's tags that a copy carries while this restore needs it; none for other points."""
        return restoring_driver(self.driver).tags(self.cluster) if self.place else {}

    @property
    def needs_tags(self) -> bool:
        """True until it is known what became of the claim: from then on no driver needs the copy."""
        return bool(self.place) and not self.stage.is_final

    @property
    def source(self) -> str:
        """The name of the VolumeSnapshot that the claim is restored from."""
        return self.objects if self.way is Way.IMPORT else self.volume_snapshot

    @property
    def objects(self) -> str:
        """The name of the VolumeSnapshotContent and VolumeSnapshot of the current import.

        Each import has its own name: a VolumeSnapshot that is being deleted keeps its name while a claim
        waits for it, and its content stays bound to the UID of the old one.
        """
        return object_name(self.id, self.imports)

    @property
    def all_objects(self) -> tuple[str, ...]:
        """The names of all imports of this restore, oldest first."""
        return tuple(object_name(self.id, number) for number in range(self.imports + 1))

    @property
    def holder(self) -> str:
        """The holder of the recovery point during this restore."""
        return f"{RESTORE}{self.id}"

    @property
    def left_holder(self) -> str:
        """The holder of the recovery point after the restore ended with a claim that contains other data."""
        return f"{LEFT_BY_FAILED}{self.id}"

    def happened(self, at: datetime, text: str, stage: Stage | None = None) -> RestoreOperation:
        """The operation with one more timeline entry, at this stage (default: unchanged)."""
        return replace(self, stage=stage or self.stage, timeline=(*self.timeline, TimelineEntry(at, text)))

    def cancelled(self, at: datetime, by: str) -> RestoreOperation:
        """The operation as ended before its claim was created, by a caller (an ARN)."""
        text = f"cancelled by {by} while its recovery point came back from the archive tier"
        return replace(self.happened(at, text, Stage.REMOVED), reason=text, awaits="")

    def failed(self, at: datetime, reason: str) -> RestoreOperation:
        """The operation as failed, with the reason."""
        return replace(self.happened(at, f"failed: {reason}", Stage.FAILED), reason=reason)

    def must_renew(self, now: datetime) -> bool:
        """True when the hold ends soon although the claim still waits."""
        return self.held_until is None or self.held_until - now < RENEW_BEFORE


def object_name(operation_id: str, imports: int = 0) -> str:
    """The name of an import's objects: a DNS-1123 label, as operation ids are lower-case hex.

    Imports after the first are numbered.
    """
    return f"snapkeep-restore-{operation_id}" + (f"-{imports}" if imports else "")
