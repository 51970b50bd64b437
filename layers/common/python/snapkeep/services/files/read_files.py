"""Answers a question about files: reads the points, stores the answer, ends the operation."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.files.operations import FileOperation, OperationState
from snapkeep.domain.files.problems import FileProblem, ProblemKind, problem_of
from snapkeep.domain.files.requests import FileRequest, QuestionKind
from snapkeep.domain.files.results import Answer
from snapkeep.ports.blocks import Blocks
from snapkeep.ports.clock import Clock
from snapkeep.ports.files import FileOperations, FileStore
from snapkeep.services.files.fetch_file import FetchFile
from snapkeep.services.files.find_files import FindFiles
from snapkeep.services.files.list_folder import list_folder
from snapkeep.services.files.open_point import OpenPoint
from snapkeep.services.files.versions import ListVersions
from snapkeep.services.files.work import Superseded, Work
from snapkeep.services.proof.snapshot_volume import Cost

log = logging.getLogger(__name__)

INTERNAL = FileProblem(
    ProblemKind.FAILED,
    "reading failed unexpectedly",
    "the log of read_files has the reason; report it",
)


@dataclass(slots=True)
class ReadReport:
    """What became of an attempt, why, and what it read."""

    operation: str
    ended: str
    reason: str = ""
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Carries out operations. An attempt that is no longer the latest, or has ended, is left alone."""

    operations: FileOperations
    store: FileStore
    opener: OpenPoint
    blocks: Blocks
    clock: Clock

    def run(self, operation_id: str, attempt: str) -> ReadReport:
        """Answer an operation's question, or end it with the problem.

        An error that nobody foresaw ends it, too, and is raised.
        """
        operation = self.operations.operation(operation_id)
        report = ReadReport(operation_id, "left alone")
        if operation is None or operation.attempt != attempt or operation.state is not OperationState.RUNNING:
            return report
        try:
            self._carry_out(operation, report)
        except Superseded:
            return report
        except SnapkeepError as error:
            report.ended, report.reason = OperationState.FAILED, error.reason
            self.operations.fail_operation(operation, problem_of(error), self.clock())
        except Exception:
            self.operations.fail_operation(operation, INTERNAL, self.clock())
            raise
        return report

    def _carry_out(self, operation: FileOperation, report: ReadReport) -> None:
        now = self.clock()
        work = Work(operation, self.operations, self.clock, now, now)
        self.store.write_answer(operation.id, self._answer(operation.request, work, report.cost))
        if self.operations.finish_operation(operation, self.clock(), is_partial=work.is_partial):
            report.ended = OperationState.DONE

    def _answer(self, request: FileRequest, work: Work, cost: Cost) -> Answer:
        if request.kind is QuestionKind.VERSIONS:
            return ListVersions(self.opener, self.blocks).run(request, work, cost)
        if request.kind is QuestionKind.FIND:
            return FindFiles(self.opener, self.blocks).run(request, work, cost)
        with self.opener.run(request, request.points[0], cost) as opened:
            if request.kind is QuestionKind.LS:
                return list_folder(opened, request.path, work)
            return FetchFile(self.store).run(opened, request.path, work)
