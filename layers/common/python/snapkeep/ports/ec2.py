"""EC2, and the AWS services around its snapshots and instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.interruption.instances import Instance
    from snapkeep.domain.interruption.notices import Hook
    from snapkeep.domain.points import Snapshot, SnapshotState
    from snapkeep.domain.retention.candidates import Protection
    from snapkeep.domain.retention.deletion.locks import Lock


class DeletableSnapshots(Protocol):
    """What may be deleted by retention, as snapshots: those of EBS, or recovery points of AWS Backup."""

    def get(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot of that id, or None when AWS knows none (yet)."""

    def get_many(self, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Our snapshots of these ids, by id; those that AWS does not know (yet) are absent."""

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot; one that is already gone is success."""

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        """Why AWS would not delete these snapshots, such as locks, and AMIs made of them; free ones are
        absent."""


class Snapshots(DeletableSnapshots, Protocol):
    """EBS snapshots, in one account and Region."""

    def create(self, volume_id: str, tags: Mapping[str, str], description: str) -> Snapshot:
        """CreateSnapshot of one volume, tagged in the same call.

        Raises Throttled when EC2 certainly created nothing, and another TemporaryError when the
        answer was lost and a snapshot may exist.
        """

    def create_group(
        self, instance_id: str, exclude: Sequence[str], tags: Mapping[str, str], description: str
    ) -> tuple[Snapshot, ...]:
        """CreateSnapshots of an instance's data volumes except `exclude`; raises GroupRefused."""

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        """Our snapshots with all these tags (of these volumes, in this state), read page by page.

        EC2 lags: a snapshot created minutes ago may be missing.
        """

    def held(self, managed: str) -> Iterator[Snapshot]:
        """Our snapshots that are managed as that value says and carry a hold tag, whatever its value."""

    def add_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Add our tags to one of our snapshots."""

    def remove_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Remove these tags from a snapshot where they have these values; a snapshot without them is
        success."""

    def lock(self, snapshot_id: str, lock: Lock) -> None:
        """Lock a snapshot from now on; a locked one stays as it is.

        Raises PermanentError when EC2 refuses, and TemporaryError when it knows no such snapshot (yet).
        """

    def in_bin(self, snapshot_id: str) -> bool:
        """True when the snapshot is in the Recycle Bin."""


class Copier(Protocol):
    """Makes copies of EBS snapshots in one Region."""

    def copy(self, snapshot_id: str, region: str, key: str, tags: Mapping[str, str], description: str) -> str:
        """CopySnapshot of a completed snapshot in `region`, encrypted with `key` (an ARN) and tagged in the
        same call; returns the id of the copy, which is pending.

        EC2 checks the key later: a copy with a bad one ends in `error`. Raises Throttled when EC2 certainly
        created nothing, such as when it has too many copies in progress; another TemporaryError when the
        answer was lost and a copy may exist; NotFound when the snapshot is gone.
        """


class Regions(Protocol):
    """EC2 in the Regions that copies go to."""

    def snapshots(self, region: str) -> Snapshots:
        """The deployment's snapshots in a Region; its listings omit copies from another home Region."""

    def copier(self, region: str) -> Copier:
        """The copier for a Region."""

    def keys(self, region: str) -> Keys:
        """The keys in a Region."""


class Volumes(Protocol):
    """EBS volumes, in one account and Region."""

    def attachments(self, volume_ids: Sequence[str]) -> Mapping[str, str]:
        """Volume id to the id of the instance it is attached to ("" for none); missing volumes are absent."""

    def made_from(self, volume_id: str) -> str | None:
        """The id of the snapshot that a volume was created from, "" for none; None when EC2 has no such
        volume."""

    def data_volumes(self, instance_id: str) -> tuple[str, ...]:
        """The ids of an instance's volumes other than its boot volume."""


class Keys(Protocol):
    """The keys that encrypt snapshots."""

    def trouble(self, key: str) -> str:
        """Why data encrypted with this key cannot be read; "" when it can or when that is unknown."""

    def is_of_aws(self, key: str) -> bool:
        """True for a key that AWS manages, which no other account can use; False when that is unknown."""

    def encrypting(self, key: str) -> str:
        """Why EBS cannot encrypt copies with this key; "" when it can or when that is unknown."""


class Pacer(Protocol):
    """Permission to create snapshots, shared by everything that creates them in an account and Region."""

    def take(self, wanted: int, now: datetime, *, whole: bool = False) -> int:
        """How many of the wanted creates may go now (0 … wanted); `whole` asks for all or none."""

    def wait(self, wanted: int, now: datetime) -> timedelta:
        """How long until the next creates may go."""

    def line_up(self, wanted: int, now: datetime) -> timedelta:
        """How long until the wanted creates may go, when all waiting callers come back in turn."""

    def finished(self, count: int) -> None:
        """Record that pending snapshots finished."""

    def correct(self, pending: int) -> None:
        """Set the number of pending snapshots to EC2's."""


class Instances(Protocol):
    """EC2 instances of one account and Region."""

    def instance(self, instance: str) -> Instance | None:
        """The instance, by one call; None when EC2 does not (or no longer) know it."""


class LifecycleHooks(Protocol):
    """Auto Scaling lifecycle actions that wait for an answer."""

    def heartbeat(self, hook: Hook, instance: str) -> bool:
        """Ask for more time; False when the action no longer waits."""

    def complete(self, hook: Hook, instance: str) -> bool:
        """Let the termination continue (CONTINUE); False when the action no longer waits."""
