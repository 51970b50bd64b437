"""What every journal promises about operations on files: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.files.operations import KEPT, PASSES, STALE, FileOperation
from snapkeep.domain.files.problems import FileProblem, ProblemKind
from snapkeep.ports.files import FileOperations
from snapkeep.ports.journal import Journal
from tests.fakes.file_samples import HOSTILE, TAKEN, a_request, an_operation

SECOND = timedelta(seconds=1)
PROBLEM = FileProblem(ProblemKind.NOT_FOUND, "there is no /a", "look elsewhere")


def begun_again(operations: FileOperations, operation: FileOperation, after: timedelta) -> bool:
    """Whether another asker begins the operation anew, so long after it was begun first."""
    now = TAKEN + after
    mine = replace(operation, attempt=f"after {after}", begun_at=now)
    return operations.begin_operation(mine, now).attempt == mine.attempt


def test_an_operation_comes_back_as_written(journal: Journal) -> None:
    operation = an_operation(a_request(path=f"/{HOSTILE}", left_out="sk-0: it is archived"))
    assert journal.file_operations.begin_operation(operation, TAKEN) == operation
    assert journal.file_operations.operation(operation.id) == operation
    assert journal.file_operations.operation("another") is None


def test_one_of_two_askers_begins_it(journal: Journal) -> None:
    operations, operation = journal.file_operations, an_operation()
    operations.begin_operation(operation, TAKEN)
    assert not begun_again(operations, operation, timedelta())
    assert not begun_again(operations, operation, STALE - SECOND)
    assert begun_again(operations, operation, STALE)


def test_an_answer_serves_until_it_is_gone(journal: Journal) -> None:
    operations, operation = journal.file_operations, an_operation()
    operations.begin_operation(operation, TAKEN)
    assert operations.finish_operation(operation, TAKEN + SECOND)
    assert operations.operation(operation.id) == operation.done(TAKEN + SECOND)
    assert not begun_again(operations, operation, KEPT)
    assert begun_again(operations, operation, KEPT + SECOND)


def test_an_answer_that_lacks_what_may_come_serves_for_a_minute(journal: Journal) -> None:
    operations, operation = journal.file_operations, an_operation()
    operations.begin_operation(operation, TAKEN)
    assert operations.finish_operation(operation, TAKEN, is_partial=True)
    assert operations.operation(operation.id) == operation.done(TAKEN, is_partial=True)
    assert not begun_again(operations, operation, PASSES - SECOND)
    assert begun_again(operations, operation, PASSES)


def test_a_failed_one_is_begun_again_at_once(journal: Journal) -> None:
    operations, operation = journal.file_operations, an_operation()
    operations.begin_operation(operation, TAKEN)
    assert operations.fail_operation(operation, PROBLEM, TAKEN + SECOND)
    assert operations.operation(operation.id) == operation.failed(PROBLEM, TAKEN + SECOND)
    assert begun_again(operations, operation, SECOND)


def test_a_reader_that_was_given_up_changes_nothing(journal: Journal) -> None:
    operations, operation = journal.file_operations, an_operation()
    operations.begin_operation(operation, TAKEN)
    assert operations.note_progress(operation, "1 GiB read")
    assert replace(operation, progress="1 GiB read") == operations.operation(operation.id)
    assert begun_again(operations, operation, STALE)
    standing = operations.operation(operation.id)
    assert not operations.note_progress(operation, "2 GiB read")
    assert not operations.finish_operation(operation, TAKEN + STALE)
    assert not operations.fail_operation(operation, PROBLEM, TAKEN + STALE)
    assert operations.operation(operation.id) == standing
