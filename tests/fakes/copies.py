"""In-memory EC2 of other Regions, to which snapshots are copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.copies.places import Home
from snapkeep.domain.errors import NotFound, PermanentError, Throttled
from snapkeep.domain.points import Snapshot, SnapshotState
from tests.fakes.keys import FakeKeys
from tests.fakes.snapshots import FakeSnapshots

MOST_IN_PROGRESS = 20
NO_VOLUME = "vol-ffffffff"
BAD_KEY = "Given key ID is not accessible"
NO_SOURCE = "Source snapshot ID is not valid"


class FakeCopies(FakeSnapshots):
    """The snapshots of a destination Region. A copy has its own id and start, an arbitrary volume and the
    tags of the call; `finish_copies` ends those in progress, in `error` if something is wrong by then."""

    def __init__(self, home: FakeSnapshots, number: int = 0) -> None:
        super().__init__(home.clock, home.lag)
        self.home = home
        self.most_in_progress = MOST_IN_PROGRESS
        self.closed_keys: set[str] = set()
        self.fails: list[str] = []
        self._offset = (number + 1) << 32
        self._sources: dict[str, str] = {}

    def copy(self, snapshot_id: str, region: str, key: str, tags: Mapping[str, str], description: str) -> str:
        self._before("copy")
        self.calls["copy"] += 1
        source = self.home.all.get(snapshot_id)
        if source is None:
            raise NotFound(f"copy {snapshot_id} of {region}: InvalidSnapshot.NotFound")
        if source.state is not SnapshotState.COMPLETED or source.archived:
            raise PermanentError(f"copy {snapshot_id} of {region}: IncorrectState")
        in_progress = [each for each in self.all.values() if each.state is SnapshotState.PENDING]
        if len(in_progress) >= self.most_in_progress:
            raise Throttled(f"copy {snapshot_id} of {region}: ResourceLimitExceeded", timedelta(minutes=5))
        made = Snapshot(
            id=f"snap-{self._offset + len(self._seen_from):017x}",
            volume_id=NO_VOLUME,
            state=SnapshotState.PENDING,
            started_at=self.clock(),
            size_bytes=source.size_bytes,
            tags=dict(tags),
            key=key,
            description=description,
        )
        self.all[made.id] = made
        self._sources[made.id] = snapshot_id
        self._seen_from[made.id] = self.clock() + self.lag
        self._after("copy")
        return made.id

    def finish_copies(self) -> list[str]:
        """End all copies in progress; returns their ids."""
        pending = [each for each in self.all.values() if each.state is SnapshotState.PENDING]
        for each in pending:
            trouble = self._trouble(each)
            state = SnapshotState.ERROR if trouble else SnapshotState.COMPLETED
            self.all[each.id] = replace(each, state=state, state_message=trouble)
            if trouble:
                self.locks.pop(each.id, None)
        return [each.id for each in pending]

    def _trouble(self, made: Snapshot) -> str:
        if self.fails:
            return self.fails.pop(0)
        if made.key in self.closed_keys:
            return BAD_KEY
        return "" if self._sources[made.id] in self.home.all else NO_SOURCE


class FakeRegions:
    """The Regions port over fakes: one EC2 for each Region that is asked for."""

    def __init__(self, home: FakeSnapshots, deployment: str, home_region: str) -> None:
        self.home, self.deployment, self.home_region = home, deployment, home_region
        self.all: dict[str, FakeCopies] = {}
        self.keys_there = FakeKeys()

    def region(self, name: str) -> FakeCopies:
        """The EC2 of that Region."""
        return self.all.setdefault(name, FakeCopies(self.home, len(self.all)))

    def snapshots(self, region: str) -> FakeSnapshots:
        return self.region(region).of(self.deployment, Home("", self.home_region))

    def copier(self, region: str) -> FakeCopies:
        return self.region(region)

    def keys(self, region: str) -> FakeKeys:
        return self.keys_there
