"""In-memory archives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snapkeep.domain.archive.records import Archive
from snapkeep.domain.errors import TemporaryError
from tests.fakes.faults import Faults


class MemoryArchives(Faults):
    """The Archives port in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[tuple[str, str], Archive] = {}

    def archive(self, cluster: str, snapshot_id: str) -> Archive | None:
        self._before("archive")
        return self.all.get((cluster, snapshot_id))

    def archives(self, cluster: str) -> Iterator[Archive]:
        self._before("archives")
        yield from [each for key, each in sorted(self.all.items()) if key[0] == cluster]

    def write_archive(self, archive: Archive) -> Archive:
        self._before("write_archive")
        key = (archive.cluster, archive.snapshot_id)
        known = self.all.get(key)
        if (known.revision if known else 0) != archive.revision:
            raise TemporaryError(f"the archive of {archive.snapshot_id} is written by many at once")
        self.all[key] = replace(archive, revision=archive.revision + 1)
        self._after("write_archive")
        return self.all[key]

    def forget_archive(self, archive: Archive) -> None:
        self._before("forget_archive")
        if self.all.get((archive.cluster, archive.snapshot_id)) == archive:
            del self.all[archive.cluster, archive.snapshot_id]
        self._after("forget_archive")
