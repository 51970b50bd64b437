"""The snapshots of one deployment, among those of all deployments in an account and Region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain import tags as keys
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Lock
from snapkeep.domain.retention.candidates import Protection
from snapkeep.ports.ec2 import Snapshots


@dataclass(frozen=True, slots=True)
class OwnSnapshots:
    """Lists no snapshot that names another deployment, and tags every new one with this deployment's name.

    A snapshot requested by id is returned whichever deployment owns it: a hidden one would look lost. EC2
    filters cannot express "without this tag", so listings are filtered here.
    """

    everybodys: Snapshots
    deployment: str

    def create(self, volume_id: str, tags: Mapping[str, str], description: str) -> Snapshot:
        """A snapshot with these tags and the name of the deployment."""
        return self.everybodys.create(volume_id, self._named(tags), description)

    def create_group(
        self, instance_id: str, exclude: Sequence[str], tags: Mapping[str, str], description: str
    ) -> tuple[Snapshot, ...]:
        """Snapshots with these tags and the name of the deployment."""
        return self.everybodys.create_group(instance_id, exclude, self._named(tags), description)

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        """Those with all these tags that do not name another deployment."""
        for snapshot in self.everybodys.find(tags, volume_ids, state):
            if not keys.is_anothers(snapshot.tags, self.deployment):
                yield snapshot

    def get(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot of that id, whichever deployment owns it."""
        return self.everybodys.get(snapshot_id)

    def get_many(self, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """The snapshots of these ids, whichever deployment owns them."""
        return self.everybodys.get_many(snapshot_ids)

    def add_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Add tags to a snapshot."""
        self.everybodys.add_tags(snapshot_id, tags)

    def remove_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Remove tags from a snapshot."""
        self.everybodys.remove_tags(snapshot_id, tags)

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        self.everybodys.delete(snapshot_id)

    def lock(self, snapshot_id: str, lock: Lock) -> None:
        """Lock a snapshot."""
        self.everybodys.lock(snapshot_id, lock)

    def in_bin(self, snapshot_id: str) -> bool:
        return self.everybodys.in_bin(snapshot_id)

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        """The locks on these snapshots and the AMIs made of them."""
        return self.everybodys.protections(snapshot_ids)

    def _named(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Adds the deployment's name, which runs from before that name existed lack."""
        return {**tags, keys.DEPLOYMENT: self.deployment}
