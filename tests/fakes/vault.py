"""In-memory sharing of snapshots, and the bus of a vault."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.requests import CopyRequest
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.points import Snapshot
from tests.fakes.faults import Faults
from tests.fakes.keys import FakeKeys
from tests.fakes.snapshots import FakeSnapshots


class FakeShares(Faults):
    """Who may copy the snapshots of an EC2; those under a key of AWS can be shared with nobody. They are a
    deployment's points, or without one the account's copies."""

    def __init__(self, ebs: FakeSnapshots, keys: FakeKeys, deployment: str = "") -> None:
        super().__init__()
        self.ebs, self.keys, self.deployment = ebs, keys, deployment
        self.all: set[tuple[str, str]] = set()

    def share(self, snapshot_id: str, account: str) -> None:
        self._before("share")
        snapshot = self._existing(snapshot_id)
        if self.keys.is_of_aws(snapshot.key):
            raise PermanentError(f"share {snapshot_id}: encrypted with the default key")
        self.all.add((snapshot_id, account))
        self._after("share")

    def unshare(self, snapshot_id: str, account: str) -> None:
        self._before("unshare")
        self.all.discard((snapshot_id, account))
        self._after("unshare")

    def shared_with(self, account: str) -> Iterator[Snapshot]:
        self._before("shared_with")
        there = (self.ebs.all.get(name) for name, whose in sorted(self.all) if whose == account)
        managed, whose = ("true", self.deployment) if self.deployment else (COPY, "")
        found = [each for each in there if each and each.tags.get(tags.MANAGED) == managed]
        yield from (each for each in found if not (whose and tags.is_anothers(each.tags, whose)))

    def _existing(self, snapshot_id: str) -> Snapshot:
        snapshot = self.ebs.all.get(snapshot_id)
        if snapshot is None:
            raise NotFound(f"{snapshot_id}: InvalidSnapshot.NotFound")
        return snapshot


class FakeVaults(Faults):
    """The requests that vaults got, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Place, CopyRequest]] = []

    def ask(self, place: Place, request: CopyRequest) -> None:
        self._before("ask")
        self.asked.append((place, request))
        self._after("ask")
