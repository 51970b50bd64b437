"""How an attempt at an answer ends, whatever happens to it."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.files.operations import OperationState
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.points import Snapshot
from snapkeep_filesystems.volume import Image
from tests.fakes.faults import Crash
from tests.fakes.file_systems import ForgedFileSystem, ForgedFileSystems, a_file
from tests.unit.snapkeep.services.files.conftest import Crashed, Shelf

LS = QuestionKind.LS
LUKS = Image(b"LUKS\xba\xbe".ljust(2**20, b"\0"))


@pytest.fixture
def shelf() -> Shelf:
    system = ForgedFileSystem({"/": [a_file("a")]})
    return Shelf(Image(bytes(2**20)), file_systems=ForgedFileSystems(system))


def test_an_attempt_that_ended_or_is_another_is_left_alone(shelf: Shelf) -> None:
    operation = shelf.begin(LS)
    assert shelf.reader.run(operation.id, "another").ended == "left alone"
    assert shelf.reader.run("unknown", "one").ended == "left alone"
    assert shelf.read(operation).ended == "done"
    assert shelf.read(operation).ended == "left alone"


@pytest.mark.parametrize("call", ["write_answer", "finish_operation"])
def test_a_function_that_dies_leaves_an_operation_that_lambda_repeats(shelf: Shelf, call: str) -> None:
    operation = shelf.begin(LS)
    where = shelf.files if call == "write_answer" else shelf.operations
    where.fail_next(call, Crash(call))
    with pytest.raises(Crash):
        shelf.read(operation)
    assert shelf.operations.all[operation.id].state is OperationState.RUNNING
    assert shelf.read(operation).ended == "done"


def test_an_error_that_nobody_foresaw_is_raised_and_told(shelf: Shelf) -> None:
    operation = shelf.begin(LS)
    shelf.files.fail_next("write_answer", RuntimeError("boom"))
    with pytest.raises(RuntimeError):
        shelf.read(operation)
    problem = shelf.operations.all[operation.id].problem
    assert problem and problem.kind == "failed" and "boom" not in problem.reason


def test_what_may_work_later_says_so(shelf: Shelf) -> None:
    shelf.blocks.throttled = True
    assert Shelf.refusal(shelf, LS)[0] == "unavailable"
    shelf.blocks.throttled = False
    shelf.snapshots.fail_next("get", TemporaryError("EC2 is away"))
    assert shelf.refusal(LS)[:2] == ("unavailable", "EC2 is away")


@pytest.mark.parametrize("kind", [QuestionKind.VERSIONS, QuestionKind.FIND])
def test_an_answer_without_a_point_that_may_be_read_later_is_partial(kind: QuestionKind) -> None:
    system = ForgedFileSystem({"/": [a_file("a")]})
    shelf = Shelf(*[Image(bytes(2**20))] * 2, file_systems=ForgedFileSystems(system))
    operation = shelf.begin(kind, "/", name="a")
    shelf.snapshots.fail_next("get", TemporaryError("EC2 is away"))
    shelf.read(operation)
    assert shelf.operations.all[operation.id].is_partial


def test_an_answer_without_a_point_that_nobody_can_read_is_whole(crashed: Crashed) -> None:
    shelf = Shelf(LUKS, crashed.volume)
    operation = shelf.begin(QuestionKind.VERSIONS, "/")
    shelf.read(operation)
    assert not shelf.operations.all[operation.id].is_partial


def test_a_key_that_may_not_be_used_is_named(crashed: Crashed) -> None:
    shelf = Shelf(crashed.volume)
    shelf.blocks.forbidden.add("snap-1")
    _change(shelf, key="arn:aws:kms:x:1:key/k")
    kind, reason, fix = shelf.refusal(LS)
    assert kind == "forbidden" and "sk-1 with key arn:aws:kms:x:1:key/k may not be read" in reason
    assert "`files` in snapkeep.yaml" in fix


def test_a_point_that_is_gone_or_another_is_not_found(shelf: Shelf) -> None:
    tags = dict(shelf.snapshots.all["snap-1"].tags)
    _change(shelf, tags=tags | {"snapkeep:claim": "other"})
    kind, reason, _ = shelf.refusal(LS)
    assert kind == "not_found" and "somebody changed its tags" in reason
    del shelf.snapshots.all["snap-1"]
    assert "sk-1 was deleted" in shelf.refusal(LS)[1]


def test_an_archived_point_is_refused_in_words(shelf: Shelf) -> None:
    shelf.snapshots.archive("snap-1")
    kind, reason, _ = shelf.refusal(LS)
    assert kind == "not_ready" and "archive tier" in reason


def test_a_volume_that_cannot_be_read_says_what_it_holds() -> None:
    shelf = Shelf(Image(b"LUKS\xba\xbe".ljust(2**20, b"\0")))
    assert shelf.refusal(LS)[:2] == ("unreadable", "sk-1: the volume holds an encrypted LUKS container")


def _change(shelf: Shelf, **changes: object) -> None:
    known = shelf.snapshots.all["snap-1"]
    fields = {name: getattr(known, name) for name in Snapshot.__dataclass_fields__}
    shelf.snapshots.all["snap-1"] = Snapshot(**(fields | changes))
