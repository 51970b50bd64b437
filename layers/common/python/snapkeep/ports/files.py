"""Files read out of recovery points: the operations that read them, who does so, and where they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.files.operations import FileLink, FileOperation
    from snapkeep.domain.files.problems import FileProblem
    from snapkeep.domain.files.results import Answer


class FileOperations(Protocol):
    """Operations by id. Losing them loses nothing: the questions are then answered again."""

    def begin_operation(self, operation: FileOperation, now: datetime) -> FileOperation:
        """Write a new operation, unless one with its id still serves (`FileOperation.serves`).

        Returns the one that then stands: its `attempt` says whose it is.
        """

    def operation(self, operation_id: str) -> FileOperation | None:
        """An operation without its answer; None for one that never was, or is gone."""

    def note_progress(self, operation: FileOperation, progress: str) -> bool:
        """Write how far an operation is; False when it is no longer this attempt's."""

    def finish_operation(self, operation: FileOperation, at: datetime, *, is_partial: bool = False) -> bool:
        """End an operation whose answer is stored; False when it is no longer this attempt's.

        One that is partial serves for `PASSES` only.
        """

    def fail_operation(self, operation: FileOperation, problem: FileProblem, at: datetime) -> bool:
        """End an operation that has no answer; False when it is no longer this attempt's."""


class FileStore(Protocol):
    """Answers and the contents of files, by operation. They are gone after a day."""

    def write_answer(self, operation_id: str, answer: Answer) -> None:
        """Store the answer of an operation."""

    def answer(self, operation_id: str) -> Answer | None:
        """The answer of an operation; None when there is none (any more)."""

    def write_content(self, operation_id: str, chunks: Iterable[bytes]) -> None:
        """Store the content of a file as it comes, in bounded memory. What `chunks` raises ends it, and
        nothing is stored."""

    def link(self, operation_id: str, name: str, lasts: timedelta) -> FileLink:
        """A link to a content that saves it under a name, valid for `lasts`."""


class FileReader(Protocol):
    """Invokes read_files."""

    def read_files(self, operation: FileOperation) -> None:
        """Have an operation's question answered, without waiting."""
