"""A path in every point of a claim, and how few calls that takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.files.results import Versions, VersionState
from snapkeep_filesystems.volume import Image, Volume
from tests.fakes.file_systems import ForgedFileSystem, ForgedFileSystems, a_file
from tests.filesystems.changed import Changed
from tests.unit.snapkeep.services.files.conftest import Crashed, Shelf

VERSIONS = QuestionKind.VERSIONS
LUKS = Image(b"LUKS\xba\xbe".ljust(2**20, b"\0"))
NOTHING = Image(bytes(2**20))


def versions(shelf: Shelf, path: str) -> Versions:
    answer = shelf.ask(VERSIONS, path)
    assert isinstance(answer, Versions)
    return answer


def states(found: Versions) -> list[str]:
    return [each.state.value for each in found.versions]


def forged(count: int, *, from_log: bool = False) -> Shelf:
    """Points of one volume whose blocks never change."""
    system = ForgedFileSystem({"/": [a_file("a")]}, read_from_log=from_log)
    shelf = Shelf(*[NOTHING] * count, file_systems=Touching(system))
    shelf.blocks.reads.clear()
    return shelf


class Touching(ForgedFileSystems):
    """Reads a block of the volume for every entry."""

    def open(self, volume: object) -> ForgedFileSystem:  # type: ignore[override]
        """The file system, which reads its first block when it is asked for an entry."""
        system = ForgedFileSystem(self.found.folders, read_from_log=self.found.read_from_log)
        entry = system.entry
        self.opened = getattr(self, "opened", 0) + 1

        def touching(path: str) -> object:
            volume.read(0, 1)  # type: ignore[attr-defined]
            return entry(path)

        system.entry = touching  # type: ignore[assignment, method-assign]
        return system


def test_points_that_differ_elsewhere_are_not_opened() -> None:
    shelf = forged(30)
    found = versions(shelf, "/a")
    assert states(found) == ["same"] * 29 + ["changed"]
    assert len(shelf.blocks.compared) == 29
    assert shelf.file_systems.opened == 1  # type: ignore[attr-defined]


def test_what_was_only_in_the_log_is_looked_at_in_every_point() -> None:
    shelf = forged(3, from_log=True)
    assert states(versions(shelf, "/a")) == ["same", "same", "changed"]
    assert shelf.blocks.compared == [] and shelf.file_systems.opened == 3  # type: ignore[attr-defined]


def test_nothing_follows_from_the_blocks_of_another_volume() -> None:
    shelf = forged(3)
    newest = shelf.snapshots.all["snap-3"]
    shelf.snapshots.put(replace(newest, volume_id="vol-restored"))

    assert len(versions(shelf, "/a").versions) == 3
    assert len(shelf.blocks.compared) == 1
    assert shelf.file_systems.opened == 2  # type: ignore[attr-defined]


def test_a_crashed_volume_is_read_again_only_where_its_blocks_differ(crashed: Crashed) -> None:
    path = crashed.files()[0]
    elsewhere = Changed(crashed.volume, {crashed.volume.size - 1: 1})
    shelf = Shelf(elsewhere, crashed.volume, crashed.volume)
    found = versions(shelf, path)
    assert states(found) == ["same", "same", "changed"]
    assert all(each.entry and each.entry.size == crashed.entries[path][1] for each in found.versions)
    assert "transactions" in found.log


def test_a_point_without_the_file_says_so() -> None:
    assert states(versions(forged(2), "/b")) == ["missing", "missing"]


def test_points_that_cannot_be_read_say_why(crashed: Crashed) -> None:
    path = crashed.files()[0]
    volumes: list[Volume] = [crashed.volume, LUKS, crashed.volume, crashed.volume, crashed.volume]
    shelf = Shelf(*volumes)
    shelf.blocks.forbidden.add("snap-3")
    shelf.snapshots.archive("snap-4")
    del shelf.blocks.snapshots["snap-4"]  # EBS serves none of an archived snapshot
    found = versions(shelf, path)
    assert states(found) == ["same", *["not looked at"] * 3, "changed"]
    reasons = [each.reason for each in found.versions]
    assert "archive tier" in reasons[1] and "sk-3 may not be read" in reasons[2] and "LUKS" in reasons[3]


def test_when_no_point_can_be_read_the_question_has_a_problem() -> None:
    kind, reason, _ = Shelf(LUKS, LUKS).refusal(VERSIONS, "/a")
    assert kind == "unreadable" and "LUKS" in reason


def test_what_there_was_no_time_for_is_said() -> None:
    shelf = forged(4, from_log=True)
    shelf.snapshots.meanwhile("get", lambda: None)
    shelf.snapshots.meanwhile("get", lambda: shelf.clock.forward(minutes=11))
    found = versions(shelf, "/a")
    assert [each.state for each in found.versions] == [
        VersionState.SAME,
        VersionState.CHANGED,
        VersionState.NOT_LOOKED_AT,
        VersionState.NOT_LOOKED_AT,
    ]
    assert found.versions[-1].reason == "the time was over"
    assert FileLimits().longest < timedelta(minutes=11)
