"""One attempt at answering a question: how long it may take, and who hears how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.errors import SnapkeepError, TemporaryError
from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.operations import FileOperation
from snapkeep.domain.files.words import shown
from snapkeep.ports.clock import Clock
from snapkeep.ports.files import FileOperations

EVERY = timedelta(seconds=2)
"""How often progress is written."""


class Superseded(Exception):
    """Another attempt answers the question."""


@dataclass(slots=True)
class Work:
    """An attempt that began at `began` (aware UTC).

    Its answer `is_partial` when some of what it lacks may be there later.
    """

    operation: FileOperation
    operations: FileOperations
    clock: Clock
    began: datetime
    noted: datetime
    is_partial: bool = False

    def lacks(self, error: SnapkeepError) -> None:
        """Note why something is left out of the answer."""
        self.is_partial |= isinstance(error, TemporaryError)

    @property
    def limits(self) -> FileLimits:
        """What it may read."""
        return self.operation.request.limits

    @property
    def is_late(self) -> bool:
        """True when its time is over."""
        return self.clock() - self.began > self.limits.longest

    def go_on(self, progress: str) -> None:
        """Call it often. Raises FilesRefused when the time is over, and Superseded."""
        now = self.clock()
        self.limits.check_time(f"reading {shown(self.operation.request.words)}", now - self.began)
        if now - self.noted >= EVERY:
            self.noted = now
            if not self.operations.note_progress(self.operation, progress):
                raise Superseded(self.operation.id)
