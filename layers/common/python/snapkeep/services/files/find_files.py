"""Finds files by name in every recovery point of a claim."""

from __future__ import annotations

import fnmatch
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.files.problems import is_out_of_time
from snapkeep.domain.files.requests import FileRequest, ReadPoint
from snapkeep.domain.files.results import Found, FoundPath
from snapkeep.domain.files.words import below
from snapkeep.domain.points import Snapshot
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep.ports.blocks import Blocks
from snapkeep.services.files.changes import Seen, is_same, seen
from snapkeep.services.files.list_folder import Room, possible
from snapkeep.services.files.open_point import OpenedPoint, OpenPoint
from snapkeep.services.files.work import Work
from snapkeep.services.proof.snapshot_volume import Cost

Matches = dict[str, FileEntry]


@dataclass(frozen=True, slots=True)
class FindFiles:
    """Walks the newest point, and an older one only where blocks differ through which it was walked."""

    opener: OpenPoint
    blocks: Blocks

    def run(self, request: FileRequest, work: Work, cost: Cost) -> Found:
        """Where files of a name are, and in which points; `left_out` says what was not looked at.

        Raises what reading raises when no point could be read.
        """
        search = _Search(self, request, work, cost)
        for point in request.points:
            if not search.look(point):
                break
        if search.trouble and not search.looked:
            raise search.trouble
        left_out = "; ".join(filter(None, (request.left_out, *search.left_out)))
        paths = sorted(search.found.values(), key=lambda each: each.path)
        return Found(tuple(paths), search.log, left_out)


@dataclass(slots=True)
class _Search:
    service: FindFiles
    request: FileRequest
    work: Work
    cost: Cost
    found: dict[str, FoundPath] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    trouble: SnapkeepError | None = None
    log: str = ""
    looked: int = 0
    last: Seen | None = None
    matches: Matches = field(default_factory=dict)
    room: Room = field(default_factory=Room)

    def look(self, point: ReadPoint) -> bool:
        """Look at a point; False when there is no time or room for more."""
        try:
            self.work.go_on(f"{self.looked:,} of {len(self.request.points):,} points looked at")
            snapshot = self.service.opener.snapshot(self.request, point)
            volume = snapshot.volume_id
            if not (self.last and is_same(self.service.blocks, point, volume, self.last)):
                self._walk(point, snapshot)
            elif self.last:
                self.last = Seen(point, volume, self.last.blocks)
        except SnapkeepError as error:
            self.trouble, self.last = self.trouble or error, None
            self.work.lacks(error)
            late = is_out_of_time(error)
            reason = f"{point.id}{' and older points' if late else ''}: {error.reason}"
            self.left_out.append(error.reason if error.reason.startswith(point.id) else reason)
            return not late
        self.looked += 1
        return self._note(point)

    def _walk(self, point: ReadPoint, snapshot: Snapshot) -> None:
        self.last, self.matches = None, {}
        with self.service.opener.run(self.request, point, self.cost, snapshot) as opened:
            self.matches = dict(self._matching(opened))
            self.last = seen(opened, snapshot.volume_id)
            self.log = self.log or opened.log

    def _matching(self, opened: OpenedPoint) -> Iterator[tuple[str, FileEntry]]:
        """What matches below the path, folders near the top first."""
        matches = re.compile(fnmatch.translate(self.request.name)).match
        limits, count = self.work.limits, 0
        waiting = deque([(self.request.path, 0)])
        while waiting:
            folder, depth = waiting.popleft()
            for each in possible(opened.files, folder):
                count += 1
                if count > limits.most_entries:
                    words = f"only {limits.most_entries:,} names were looked at: `most_entries` under `files`"
                    self.left_out.append(f"{opened.point.id}: {words} in snapkeep.yaml")
                    return
                path = below(folder, each.name)
                if matches(each.name):
                    yield path, each
                if each.kind is FileKind.FOLDER and depth < limits.deepest:
                    waiting.append((path, depth + 1))
                self.work.go_on(f"{count:,} names of {opened.point.id} looked at")

    def _note(self, point: ReadPoint) -> bool:
        """Add what was found in a point; False when the answer holds no more."""
        for path, entry in self.matches.items():
            if known := self.found.get(path):
                self.found[path] = replace(known, points=known.points + 1, first=point.taken)
            elif self.room.takes(path):
                self.found[path] = FoundPath(
                    *(path, entry.kind, entry.size, entry.modified, point.id, 1),
                    *(point.taken, point.taken),
                )
            else:
                self.left_out.append(f"from {point.id} on: the answer is full")
                return False
        return True
