"""Questions that are being answered, and their answers, which other askers share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.files.problems import FileProblem
from snapkeep.domain.files.requests import FileRequest
from snapkeep.domain.files.results import Answer

READER_ENDS = timedelta(minutes=15)
"""When Lambda ends the function that reads."""

STALE = READER_ENDS + timedelta(minutes=1)
"""Whoever was to answer an operation that has been running for longer is dead."""

KEPT = timedelta(hours=20)
"""How long an answer serves; the bucket keeps it for a day."""

PASSES = timedelta(minutes=1)
"""How long an answer serves that lacks what may be there when somebody asks again."""


class OperationState(StrEnum):
    """How far an answer is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileOperation:
    """A question that `by` (an ARN) asked first, at `begun_at` (aware UTC).

    `attempt` tells apart readers of the same question: only the latest may end it. `progress` says how far
    it is. A failed one has a `problem`. `is_partial` says that some of what the answer lacks may be there
    later. `answer` is None until somebody loads that of one that is done.
    """

    id: str
    request: FileRequest
    by: str
    begun_at: datetime
    attempt: str
    state: OperationState = OperationState.RUNNING
    progress: str = ""
    ended_at: datetime | None = None
    problem: FileProblem | None = None
    is_partial: bool = False
    answer: Answer | None = None

    def serves(self, now: datetime) -> bool:
        """True for one that a further asker joins: it is running, or its answer is still kept."""
        return now < self.serves_until

    @property
    def serves_until(self) -> datetime:
        """When (aware UTC) a further asker begins it again."""
        if self.state is OperationState.RUNNING:
            return self.begun_at + STALE
        if self.state is OperationState.FAILED:
            return self.begun_at
        return self.expires_at - KEPT + PASSES if self.is_partial else self.expires_at

    @property
    def expires_at(self) -> datetime:
        """When (aware UTC) nobody is shown it any more."""
        return (self.ended_at or self.begun_at) + KEPT

    def failed(self, problem: FileProblem, at: datetime) -> FileOperation:
        """The same, ended without an answer."""
        return replace(self, state=OperationState.FAILED, problem=problem, ended_at=at)

    def done(self, at: datetime, *, is_partial: bool = False) -> FileOperation:
        """The same, ended with an answer that is stored."""
        return replace(self, state=OperationState.DONE, ended_at=at, progress="", is_partial=is_partial)

    def answered(self, answer: Answer) -> FileOperation:
        """The same with its answer."""
        return replace(self, answer=answer)


@dataclass(frozen=True, slots=True)
class FileLink:
    """A link to a fetched file, which needs no signature until it ends (aware UTC)."""

    url: str
    expires_at: datetime
