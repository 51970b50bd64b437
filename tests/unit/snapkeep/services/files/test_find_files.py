"""Finding files by name in the points of a claim."""

from __future__ import annotations

from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.files.results import Found
from snapkeep_filesystems.volume import Image
from tests.fakes.file_samples import TAKEN
from tests.fakes.file_systems import ForgedFileSystem, ForgedFileSystems, a_file, a_folder
from tests.unit.snapkeep.services.files.conftest import Crashed, Shelf

FIND = QuestionKind.FIND
LUKS = Image(b"LUKS\xba\xbe".ljust(2**20, b"\0"))


def found_by(shelf: Shelf, name: str, path: str = "/", limits: FileLimits | None = None) -> Found:
    answer = shelf.ask(FIND, path, name=name, limits=limits)
    assert isinstance(answer, Found)
    return answer


def forged(system: ForgedFileSystem) -> Shelf:
    return Shelf(Image(bytes(2**20)), file_systems=ForgedFileSystems(system))


def test_every_name_is_found_where_the_kernel_recovers_it(crashed: Crashed) -> None:
    shelf = Shelf(crashed.volume, crashed.volume)
    found = found_by(shelf, "*")
    true = sorted(crashed.entries)
    assert [each.path for each in found.paths if not each.path.startswith("/lost+found")] == true
    assert {(each.points, each.newest) for each in found.paths} == {(2, "sk-2")}
    first, last = shelf.points[0].taken, shelf.points[1].taken
    assert {(each.first, each.last) for each in found.paths} == {(first, last)} and first > TAKEN


def test_a_pattern_and_a_folder_narrow_it_down() -> None:
    folders = {"/": [a_folder("db"), a_file("a.frm")], "/db": [a_file("b.frm"), a_file("b.ibd")]}
    shelf = forged(ForgedFileSystem(folders))
    assert [each.path for each in found_by(shelf, "*.frm").paths] == ["/a.frm", "/db/b.frm"]
    assert [each.path for each in found_by(shelf, "?.frm", "/db").paths] == ["/db/b.frm"]
    assert found_by(shelf, "frm").paths == ()


def test_circles_and_depths_end() -> None:
    shelf = forged(ForgedFileSystem({"/": [a_folder("a")]}, loops=True))
    assert len(found_by(shelf, "a", limits=FileLimits(deepest=5)).paths) == 6


def test_names_beyond_the_limit_are_said_to_be_left_out() -> None:
    shelf = forged(ForgedFileSystem({"/": [a_file(str(number)) for number in range(20)]}))
    found = found_by(shelf, "*", limits=FileLimits(most_entries=10))
    assert len(found.paths) == 10
    assert (
        found.left_out == "sk-1: only 10 names were looked at: `most_entries` under `files` in snapkeep.yaml"
    )


def test_points_that_cannot_be_read_are_said_to_be_left_out(crashed: Crashed) -> None:
    found = found_by(Shelf(crashed.volume, LUKS), "*")
    assert found.paths and {each.points for each in found.paths} == {1}
    assert found.left_out == "sk-2: the volume holds an encrypted LUKS container"


def test_when_no_point_can_be_read_the_question_has_a_problem() -> None:
    assert Shelf(LUKS).refusal(FIND, name="*")[0] == "unreadable"
