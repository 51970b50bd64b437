"""Asks about files in recovery points: begins what nobody has asked yet, and waits a bit for the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.errors import FilesRefused, Invalid, NotFound, SnapkeepError
from snapkeep.domain.files.hindrances import hindrance_of, in_sentences
from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.files.operations import FileLink, FileOperation, OperationState
from snapkeep.domain.files.problems import FileProblem, ProblemKind, problem_of
from snapkeep.domain.files.requests import FileQuestion, FileRequest, ReadPoint, clean_path
from snapkeep.domain.files.results import Fetched
from snapkeep.domain.report.catalogue import PointQuery
from snapkeep.domain.restore.points import PointFacts
from snapkeep.ports.clock import Clock, Nonce
from snapkeep.ports.files import FileOperations, FileReader, FileStore
from snapkeep.services.report.list_points import ListPoints

PATIENCE = timedelta(seconds=20)
"""How long an asker waits: API Gateway ends at 29 s, and what comes before takes some."""

BETWEEN_LOOKS = timedelta(milliseconds=500)

LINK_LASTS = timedelta(minutes=5)

MOST_POINTS = 400
"""The points of a claim that one question is about, the newest."""

LOST = FileProblem(ProblemKind.UNAVAILABLE, "the answer is gone", "ask again")


@dataclass(frozen=True, slots=True)
class AskFiles:
    """Everybody who asks the same shares one answer: a snapshot never changes."""

    rules: FileRules | None
    points: ListPoints
    operations: FileOperations
    store: FileStore
    reader: FileReader
    clock: Clock
    nonce: Nonce
    pause: Callable[[timedelta], None]

    def ask(self, question: FileQuestion, by: str) -> FileOperation:
        """The operation that answers a question, with its answer if that is there in time.

        Raises Invalid for a path that cannot be, and where files are not read; NotFound without such a point
        or claim, FilesRefused for a point that cannot be read, and TemporaryError when none can be begun.
        """
        request = self._request(question)
        deadline = self.clock() + PATIENCE
        operation = self._with_answer(self._begin(request, by))
        while operation.state is OperationState.RUNNING and self.clock() < deadline:
            self.pause(BETWEEN_LOOKS)
            operation = self._with_answer(self.operations.operation(operation.id) or self._begin(request, by))
        return operation

    def show(self, cluster: str, namespace: str, operation_id: str) -> FileOperation:
        """An operation of a cluster (and of a namespace, unless that is "") as it is now, with its answer.

        Raises NotFound for any other.
        """
        found = self.operations.operation(operation_id)
        if found is None or found.request.cluster != cluster or found.expires_at <= self.clock():
            raise self._unknown(operation_id)
        if namespace not in ("", found.request.namespace):
            raise self._unknown(operation_id)
        if found.state is OperationState.RUNNING and not found.serves(self.clock()):
            self.operations.fail_operation(found, LOST, self.clock())
            return self.show(cluster, namespace, operation_id)
        return self._with_answer(found)

    def link(self, operation: FileOperation) -> FileLink:
        """A link to what a `get` has fetched. Raises Invalid for anything else."""
        if not isinstance(operation.answer, Fetched):
            raise Invalid("only a fetched file has a link")
        name = operation.answer.name + (".tar" if operation.answer.is_tar else "")
        return self.store.link(operation.id, name, LINK_LASTS)

    def _begin(self, request: FileRequest, by: str) -> FileOperation:
        """The operation of a request: one that serves already, or a new one that is now being read."""
        now = self.clock()
        mine = FileOperation(request.operation_id, request, by, now, self.nonce())
        standing = self.operations.begin_operation(mine, now)
        if standing.attempt != mine.attempt:
            return standing
        try:
            self.reader.read_files(mine)
        except SnapkeepError as error:
            self.operations.fail_operation(mine, problem_of(error), self.clock())
            raise
        return mine

    def _with_answer(self, operation: FileOperation) -> FileOperation:
        """The operation with its answer, if it is done. One whose answer is gone has failed."""
        if operation.state is not OperationState.DONE:
            return operation
        answer = self.store.answer(operation.id)
        if answer is not None:
            return operation.answered(answer)
        self.operations.fail_operation(operation, LOST, self.clock())
        return operation.failed(LOST, self.clock())

    def _request(self, question: FileQuestion) -> FileRequest:
        if self.rules is None:
            raise Invalid("files are not read here: write `files` into snapkeep.yaml, and deploy")
        path = clean_path(question.path)
        keys = self.rules.keys
        whole = question.kind.is_about_claim
        found, left_out = self._of_claim(question, keys) if whole else self._one(question, keys)
        newest_first = sorted(found, key=lambda point: (point.started_at, point.id), reverse=True)
        return FileRequest(
            kind=question.kind,
            cluster=question.cluster,
            namespace=found[0].namespace,
            claim=found[0].claim,
            points=tuple(ReadPoint(each.id, each.snapshot_id, each.started_at) for each in newest_first),
            path=path,
            name=question.name,
            limits=self.rules.limits,
            left_out=left_out,
        )

    def _one(self, question: FileQuestion, keys: Sequence[str]) -> tuple[list[PointFacts], str]:
        point = self.points.show(question.cluster, question.namespace, question.point_id).point
        if why := hindrance_of(point, keys):
            raise FilesRefused(f"{point.id} cannot be read: {why.reason}", why.fix, why.kind)
        return [point], ""

    def _of_claim(self, question: FileQuestion, keys: Sequence[str]) -> tuple[list[PointFacts], str]:
        page = self.points.page(question.cluster, PointQuery(question.namespace, question.claim), MOST_POINTS)
        hindered = {point.id: why for point in page.points if (why := hindrance_of(point, keys))}
        wanted = (question.namespace, question.claim)
        read = [
            point
            for point in page.points
            if point.id not in hindered and (point.namespace, point.claim) == wanted  # as its tags say now
        ]
        left = in_sentences(hindered)
        if not read:
            place = f"claim {question.namespace}/{question.claim} of cluster {question.cluster}"
            raise NotFound("; ".join((f"{place} has no recovery point whose files can be read", *left)))
        more = [f"only the newest {MOST_POINTS} points are read"] if page.cursor else []
        return read, "; ".join((*more, *left))

    def _unknown(self, operation_id: str) -> NotFound:
        return NotFound(f"there is no operation {operation_id}: answers are kept for a day; ask again")
