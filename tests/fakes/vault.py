"""In-memory sharing of snapshots, the buses of vaults and sources, and EC2 of a vault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.requests import CopyAnswer, CopyRequest
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.vault.vault import VaultSource
from tests.fakes.copies import FakeCopies
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


class FakeSharedSnapshots(Faults):
    """What EC2 shows an account of the snapshots that are shared with it: everything but their tags."""

    def __init__(self, shares: FakeShares, account: str, owner: str) -> None:
        """`owner` is the account of snapshots that name none."""
        super().__init__()
        self.shares, self.account, self.owner = shares, account, owner

    def shared(self, region: str, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        self._before("shared")
        there = self.shares.ebs.all
        names = [name for name in snapshot_ids if name in there and (name, self.account) in self.shares.all]
        return {name: replace(there[name], tags={}, owner=there[name].owner or self.owner) for name in names}


class FakeSources(Faults):
    """The answers that sources got, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[tuple[VaultSource, CopyAnswer]] = []

    def answer(self, source: VaultSource, answer: CopyAnswer) -> None:
        self._before("answer")
        self.answered.append((source, answer))
        self._after("answer")


class VaultCopies(FakeCopies):
    """EC2 of a vault, which copies what is shared with its account."""

    def __init__(self, shares: FakeShares, account: str) -> None:
        super().__init__(shares.ebs)
        self.shares, self.account = shares, account

    def copy(self, snapshot_id: str, region: str, key: str, tags: Mapping[str, str], description: str) -> str:
        if (snapshot_id, self.account) not in self.shares.all:
            raise NotFound(f"copy {snapshot_id} of {region}: InvalidSnapshot.NotFound")
        return super().copy(snapshot_id, region, key, tags, description)


class VaultRegions:
    """EC2 as a vault lists the copies of one source."""

    def __init__(self, copies: VaultCopies, source: VaultSource, keys: FakeKeys) -> None:
        self._copies, self._source, self._keys = copies, source, keys

    def snapshots(self, region: str) -> FakeSnapshots:
        return self._copies.of(self._source.deployment, self._source.home)

    def copier(self, region: str) -> VaultCopies:
        return self._copies

    def keys(self, region: str) -> FakeKeys:
        return self._keys
