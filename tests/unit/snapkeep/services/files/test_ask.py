"""Asking about files: who asks the same shares an answer, and nobody waits for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import FilesRefused, Invalid, NotFound, Throttled
from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.files.operations import KEPT, STALE, FileOperation, OperationState
from snapkeep.domain.files.problems import FileProblem, ProblemKind
from snapkeep.domain.files.requests import FileQuestion, QuestionKind
from snapkeep.domain.files.results import Fetched, Listing
from snapkeep.services.files.ask import AskFiles
from snapkeep.services.report.list_points import ListPoints
from tests.fakes.stores.files import FakeFileReader, MemoryFileOperations, MemoryFiles
from tests.fakes.world import World, a_claim

ANN, BEN = "arn:aws:iam::1:user/ann", "arn:aws:iam::1:user/ben"
LISTING = Listing(())


class Asked(World):
    """A claim `db` with one ready point, and people who ask about its files."""

    def __init__(self) -> None:
        super().__init__(a_claim("db"))
        self.backup()
        self.work()
        self.finish_snapshots()
        self.operations, self.reader = MemoryFileOperations(), FakeFileReader()
        self.files = MemoryFiles(self.clock)

    @property
    def asker(self) -> AskFiles:
        journal = self.journal
        points = ListPoints(
            self.deployment, self.ebs.of(self.deployment.name), journal.catalogue, journal.holds
        )
        return AskFiles(
            *(FileRules(), points, self.operations, self.files, self.reader),
            *(self.clock, self.nonce, self.pause),
        )

    def question(self, kind: QuestionKind = QuestionKind.LS, path: str = "/") -> FileQuestion:
        if kind.is_about_claim:
            return FileQuestion(kind, "myeks", "shop", path, claim="db", name="*.frm")
        return FileQuestion(kind, "myeks", "shop", path, point_id=self.point("db").id)

    def end(self, answer: Listing | Fetched = LISTING) -> None:
        """The last begun operation ends with an answer."""
        operation = self.reader.asked[-1]
        self.files.write_answer(operation.id, answer)
        self.operations.finish_operation(operation, self.clock())


@pytest.fixture
def world() -> Asked:
    return Asked()


def test_an_answer_that_is_there_in_time_is_returned(world: Asked) -> None:
    world.during_pause = world.end
    found = world.asker.ask(world.question(), ANN)
    assert (found.state, found.answer, found.by) == (OperationState.DONE, LISTING, ANN)
    assert (found.request.claim, found.request.path) == ("db", "/")


def test_an_asker_waits_twenty_seconds_at_most(world: Asked) -> None:
    begun = world.clock()
    found = world.asker.ask(world.question(), ANN)
    assert found.state is OperationState.RUNNING
    assert world.clock() - begun == timedelta(seconds=20)
    world.end()
    shown = world.asker.show("myeks", "shop", found.id)
    assert (shown.state, shown.answer) == (OperationState.DONE, LISTING)


def test_two_askers_share_one_reader(world: Asked) -> None:
    first = world.asker.ask(world.question(), ANN)
    assert world.asker.ask(world.question(path="//."), BEN).id == first.id
    world.end()
    assert world.asker.ask(world.question(), BEN).answer == LISTING
    assert len(world.reader.asked) == 1


def test_an_operation_whose_reader_died_begins_again(world: Asked) -> None:
    first = world.asker.ask(world.question(), ANN)
    world.clock.forward(seconds=STALE.total_seconds())
    second = world.asker.ask(world.question(), BEN)
    assert (second.id, second.by, len(world.reader.asked)) == (first.id, BEN, 2)
    assert not world.operations.finish_operation(world.reader.asked[0], world.clock())  # it lives after all


def test_people_are_told_that_a_reader_died(world: Asked) -> None:
    first = world.asker.ask(world.question(), ANN)
    world.clock.forward(seconds=STALE.total_seconds())
    shown = world.asker.show("myeks", "", first.id)
    assert shown.state is OperationState.FAILED and shown.problem and shown.problem.fix == "ask again"


def test_a_failed_operation_begins_again(world: Asked) -> None:
    problem = FileProblem(ProblemKind.NOT_FOUND, "there is no /a")

    def fail() -> None:
        world.operations.fail_operation(world.reader.asked[-1], problem, world.clock())

    world.during_pause = fail
    assert world.asker.ask(world.question(), ANN).problem == problem
    world.during_pause = world.end
    assert world.asker.ask(world.question(), ANN).answer == LISTING


@pytest.mark.parametrize("lost", ["expired", "deleted"])
def test_an_answer_that_is_gone_is_asked_again(world: Asked, lost: str) -> None:
    world.during_pause = world.end
    first = world.asker.ask(world.question(), ANN)
    if lost == "expired":
        world.clock.forward(seconds=KEPT.total_seconds())
        with pytest.raises(NotFound):
            world.asker.show("myeks", "shop", first.id)
    else:
        world.files.answers.clear()
        gone = world.asker.ask(world.question(), ANN)
        assert gone.problem and gone.problem.kind is ProblemKind.UNAVAILABLE
    assert world.asker.ask(world.question(), ANN).answer == LISTING
    assert len(world.reader.asked) == 2


def test_a_reader_that_cannot_be_invoked_leaves_nothing_running(world: Asked) -> None:
    world.reader.fail_next("read_files", Throttled("Lambda takes no more"))
    with pytest.raises(Throttled):
        world.asker.ask(world.question(), ANN)
    world.during_pause = world.end
    assert world.asker.ask(world.question(), ANN).answer == LISTING


def test_an_operation_is_shown_only_in_its_namespace(world: Asked) -> None:
    found = world.asker.ask(world.question(), ANN)
    assert world.asker.show("myeks", "", found.id).id == found.id
    for place in (("myeks", "other"), ("other", ""), ("other", "shop")):
        with pytest.raises(NotFound):
            world.asker.show(*place, found.id)


def test_a_point_of_another_namespace_is_not_found(world: Asked) -> None:
    with pytest.raises(NotFound):
        world.asker.ask(replace(world.question(), namespace="other"), ANN)


def test_a_point_that_is_archived_is_refused_at_once(world: Asked) -> None:
    world.ebs.archive(world.point("db").snapshot_id)
    with pytest.raises(FilesRefused, match="archive tier"):
        world.asker.ask(world.question(), ANN)
    assert not world.reader.asked


def test_points_of_a_claim_that_cannot_be_read_are_named(world: Asked) -> None:
    world.back_up(datetime(2026, 11, 25, 18, tzinfo=UTC))
    oldest, newest = sorted(world.journal.points.all.values(), key=lambda point: point.slot)
    world.ebs.archive(oldest.snapshot_id)
    found = world.asker.ask(world.question(QuestionKind.FIND), ANN).request
    assert [point.id for point in found.points] == [newest.id]
    assert found.left_out == f"{oldest.id}: its snapshot is in the archive tier"
    world.ebs.archive(newest.snapshot_id)
    with pytest.raises(NotFound, match="shop/db of cluster myeks"):
        world.asker.ask(world.question(QuestionKind.FIND), ANN)


def test_a_point_whose_tags_now_name_another_namespace_is_not_read(world: Asked) -> None:
    world.back_up(datetime(2026, 11, 25, 18, tzinfo=UTC))
    oldest, newest = sorted(world.journal.points.all.values(), key=lambda point: point.slot)
    world.ebs.add_tags(newest.snapshot_id, {tags.NAMESPACE: "bank"})
    found = world.asker.ask(world.question(QuestionKind.FIND), ANN).request
    assert [point.id for point in found.points] == [oldest.id]
    assert found.namespace == "shop"
    world.ebs.add_tags(oldest.snapshot_id, {tags.NAMESPACE: "bank"})
    with pytest.raises(NotFound):
        world.asker.ask(world.question(QuestionKind.FIND), ANN)


def test_files_that_the_config_does_not_open_are_refused(world: Asked) -> None:
    with pytest.raises(Invalid, match="write `files`"):
        replace(world.asker, rules=None).ask(world.question(), ANN)


def test_a_fetched_file_has_a_link_of_five_minutes(world: Asked) -> None:
    fetched = Fetched("out.txt", False, 5, "ab" * 32, world.clock())
    world.during_pause = lambda: world.end(fetched)
    found = world.asker.ask(world.question(QuestionKind.GET, "/data/out.txt"), ANN)
    link = world.asker.link(found)
    assert found.id in link.url and link.expires_at == world.clock() + timedelta(minutes=5)
    listed: FileOperation = replace(found, answer=LISTING)
    with pytest.raises(Invalid):
        world.asker.link(listed)
