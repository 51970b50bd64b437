"""In-memory operations on files, and what they have stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from snapkeep.domain.files.operations import FileLink, FileOperation
from snapkeep.domain.files.problems import FileProblem
from snapkeep.domain.files.results import Answer
from snapkeep.ports.clock import Clock
from tests.fakes.faults import Faults


class MemoryFileOperations(Faults):
    """The port FileOperations in a dict; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, FileOperation] = {}

    def begin_operation(self, operation: FileOperation, now: datetime) -> FileOperation:
        self._before("begin_operation")
        known = self.all.get(operation.id)
        if known is None or not known.serves(now):
            self.all[operation.id] = operation
        self._after("begin_operation")
        return self.all[operation.id]

    def operation(self, operation_id: str) -> FileOperation | None:
        self._before("operation")
        return self.all.get(operation_id)

    def note_progress(self, operation: FileOperation, progress: str) -> bool:
        self._before("note_progress")
        return self._write(operation, replace(operation, progress=progress))

    def finish_operation(self, operation: FileOperation, at: datetime, *, is_partial: bool = False) -> bool:
        self._before("finish_operation")
        return self._write(operation, operation.done(at, is_partial=is_partial))

    def fail_operation(self, operation: FileOperation, problem: FileProblem, at: datetime) -> bool:
        self._before("fail_operation")
        return self._write(operation, operation.failed(problem, at))

    def _write(self, operation: FileOperation, following: FileOperation) -> bool:
        known = self.all.get(operation.id)
        if known is None or known.attempt != operation.attempt:
            return False
        self.all[operation.id] = replace(following, answer=None)
        return True


class MemoryFiles(Faults):
    """The port FileStore in dicts."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.answers: dict[str, Answer] = {}
        self.contents: dict[str, bytes] = {}

    def write_answer(self, operation_id: str, answer: Answer) -> None:
        self._before("write_answer")
        self.answers[operation_id] = answer
        self._after("write_answer")

    def answer(self, operation_id: str) -> Answer | None:
        self._before("answer")
        return self.answers.get(operation_id)

    def write_content(self, operation_id: str, chunks: Iterable[bytes]) -> None:
        self._before("write_content")
        self.contents[operation_id] = b"".join(chunks)
        self._after("write_content")

    def link(self, operation_id: str, name: str, lasts: timedelta) -> FileLink:
        mark = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:8]
        url = f"https://reports.example.test/files/{operation_id}?name={mark}"
        return FileLink(url, self._clock() + lasts)


class FakeFileReader(Faults):
    """The port FileReader: keeps what it is asked to read."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[FileOperation] = []

    def read_files(self, operation: FileOperation) -> None:
        self._before("read_files")
        self.asked.append(operation)
        self._after("read_files")
