"""A path in every recovery point of a claim, by as few calls as possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.files.problems import is_out_of_time
from snapkeep.domain.files.requests import FileRequest, ReadPoint
from snapkeep.domain.files.results import Version, Versions, VersionState
from snapkeep.domain.proof.files import FileEntry
from snapkeep.ports.blocks import Blocks
from snapkeep.services.files.changes import Seen, is_same, seen
from snapkeep.services.files.open_point import OpenPoint
from snapkeep.services.files.work import Work
from snapkeep.services.proof.snapshot_volume import Cost


@dataclass(slots=True)
class _Look:
    """What a path is in a point: an entry or None, or the reason why nobody looked."""

    point: ReadPoint
    entry: FileEntry | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ListVersions:
    """Looks at the newest point, and at an older one only where blocks differ through which the path was
    read."""

    opener: OpenPoint
    blocks: Blocks

    def run(self, request: FileRequest, work: Work, cost: Cost) -> Versions:
        """The path of a request in all its points. A point that cannot be read says why.

        Raises what reading raises when no point could be read.
        """
        looks = _Looks(self, request, work, cost)
        found = list(looks.all())
        if looks.trouble and all(each.reason for each in found):
            raise looks.trouble
        log = looks.logs[0] if looks.logs else ""
        return Versions(tuple(_compared(found)), log, request.left_out)


@dataclass(slots=True)
class _Looks:
    service: ListVersions
    request: FileRequest
    work: Work
    cost: Cost
    last: Seen | None = None
    entry: FileEntry | None = None
    trouble: SnapkeepError | None = None
    logs: list[str] = field(default_factory=list)

    def all(self) -> Iterator[_Look]:
        """A look for each point, newest first."""
        for number, point in enumerate(self.request.points):
            try:
                self.work.go_on(f"{number:,} of {len(self.request.points):,} points looked at")
                yield self._look(point)
            except SnapkeepError as error:
                self.trouble = self.trouble or error
                self.work.lacks(error)
                reason = "the time was over" if is_out_of_time(error) else error.reason
                yield _Look(point, reason=reason)

    def _look(self, point: ReadPoint) -> _Look:
        blocks, opener = self.service.blocks, self.service.opener
        snapshot = opener.snapshot(self.request, point)
        volume = snapshot.volume_id
        if self.last and is_same(blocks, point, volume, self.last):
            self.last = Seen(point, volume, self.last.blocks)
        else:
            self.last = None
            with opener.run(self.request, point, self.cost, snapshot) as opened:
                self.entry = opened.files.entry(self.request.path)
                self.last = seen(opened, volume)
                self.logs += [opened.log] if opened.log else []
        return _Look(point, self.entry)


def _compared(looks: list[_Look]) -> Iterator[Version]:
    """The versions, each compared with the next older point that was looked at."""
    for number, look in enumerate(looks):
        older = next((each for each in looks[number + 1 :] if not each.reason), None)
        yield Version(look.point.id, look.point.taken, _state(look, older), look.entry, look.reason)


def _state(look: _Look, older: _Look | None) -> VersionState:
    if look.reason:
        return VersionState.NOT_LOOKED_AT
    if look.entry is None:
        return VersionState.MISSING
    if older is None or older.entry is None or _mark(older.entry) != _mark(look.entry):
        return VersionState.CHANGED
    return VersionState.SAME


def _mark(entry: FileEntry) -> tuple[object, ...]:
    return entry.kind, entry.size, entry.modified
