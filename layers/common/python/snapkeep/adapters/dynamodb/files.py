"""Operations that read files, in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table
from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.operations import FileOperation, OperationState
from snapkeep.domain.files.problems import FileProblem, ProblemKind
from snapkeep.domain.files.requests import FileRequest, QuestionKind, ReadPoint
from snapkeep.domain.times import precise

KEEP = timedelta(days=1)
"""How long an item stays; DynamoDB may take two days more."""


def file_operation_key(operation_id: str) -> schema.Key:
    """The key of an operation."""
    return {schema.PK: f"FILES#{operation_id}", schema.SK: "OPERATION"}


class DynamoFileOperations:
    """Implements the FileOperations port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin_operation(self, operation: FileOperation, now: datetime) -> FileOperation:
        try:
            self._table.put(_item(operation), f"{IS_NEW} OR #serves_until <= :now", {"now": precise(now)})
        except Refused:
            known = self.operation(operation.id)
            if known is None:
                raise Contended(f"operation {operation.id}") from None
            return known
        return operation

    def operation(self, operation_id: str) -> FileOperation | None:
        item = self._table.get(file_operation_key(operation_id))
        return self._table.read(item, _operation) if item else None

    def note_progress(self, operation: FileOperation, progress: str) -> bool:
        return self._write(replace(operation, progress=progress))

    def finish_operation(self, operation: FileOperation, at: datetime, *, is_partial: bool = False) -> bool:
        return self._write(operation.done(at, is_partial=is_partial))

    def fail_operation(self, operation: FileOperation, problem: FileProblem, at: datetime) -> bool:
        return self._write(operation.failed(problem, at))

    def _write(self, operation: FileOperation) -> bool:
        try:
            self._table.put(_item(operation), "#attempt = :attempt", {"attempt": operation.attempt})
        except Refused:
            return False
        return True


def _item(operation: FileOperation) -> dict[str, Any]:
    return {
        **file_operation_key(operation.id),
        "attempt": operation.attempt,
        "serves_until": precise(operation.serves_until),
        "operation": json.dumps(_document(operation)),
        schema.EXPIRES_AT: schema.expiry(operation.ended_at or operation.begun_at, KEEP),
    }


def _document(operation: FileOperation) -> dict[str, Any]:
    request, problem = operation.request, operation.problem
    points = [[point.id, point.snapshot_id, precise(point.taken)] for point in request.points]
    limits = dataclasses.asdict(request.limits) | {"longest": request.limits.longest.total_seconds()}
    return {
        "id": operation.id,
        "request": dataclasses.asdict(request) | {"points": points, "limits": limits},
        "by": operation.by,
        "begun_at": precise(operation.begun_at),
        "attempt": operation.attempt,
        "state": operation.state,
        "progress": operation.progress,
        "ended_at": precise(operation.ended_at) if operation.ended_at else None,
        "problem": dataclasses.asdict(problem) if problem else None,
        "is_partial": operation.is_partial,
    }


def _operation(item: Item) -> FileOperation:
    fields = json.loads(item["operation"])
    problem, ended = fields["problem"], fields["ended_at"]
    return FileOperation(
        **fields
        | {
            "request": _request(fields["request"]),
            "begun_at": datetime.fromisoformat(fields["begun_at"]),
            "state": OperationState(fields["state"]),
            "ended_at": datetime.fromisoformat(ended) if ended else None,
            "problem": FileProblem(**problem | {"kind": ProblemKind(problem["kind"])}) if problem else None,
        }
    )


def _request(fields: dict[str, Any]) -> FileRequest:
    limits = fields["limits"]
    return FileRequest(
        **fields
        | {
            "kind": QuestionKind(fields["kind"]),
            "points": tuple(
                ReadPoint(point, snapshot, datetime.fromisoformat(taken))
                for point, snapshot, taken in fields["points"]
            ),
            "limits": FileLimits(**limits | {"longest": timedelta(seconds=limits["longest"])}),
        }
    )
