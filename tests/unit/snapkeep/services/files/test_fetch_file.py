"""Fetching files and folders, on volumes that were cut off in the middle of their work and on forged ones."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tracemalloc
from datetime import timedelta

import pytest

from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.files.results import Fetched
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep_filesystems.volume import Image
from tests.fakes.file_samples import HOSTILE
from tests.fakes.file_systems import WHEN, ForgedFileSystem, ForgedFileSystems, a_file, a_folder
from tests.unit.snapkeep.services.files.conftest import Crashed, Shelf

GET = QuestionKind.GET
TIB = 2**40


def forged(folders: dict[str, list[FileEntry]], *, loops: bool = False) -> Shelf:
    found = ForgedFileSystem(folders, loops=loops)
    return Shelf(Image(bytes(2**20)), file_systems=ForgedFileSystems(found))


def fetched(shelf: Shelf, path: str, limits: FileLimits | None = None) -> tuple[Fetched, bytes]:
    answer, data = shelf.fetched(lambda: shelf.ask(GET, path, limits=limits))
    assert isinstance(answer, Fetched)
    assert (answer.size, answer.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return answer, data


def members(data: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as packed:
        found = packed.getmembers()
    assert len({each.name for each in found}) == len(found)
    return {each.name: each for each in found}


def test_a_file_is_what_the_kernel_recovers(crashed: Crashed) -> None:
    path = crashed.files()[0]
    answer, data = fetched(Shelf(crashed.volume), path)
    assert ("file", len(data), answer.sha256) == crashed.entries[path]
    assert (answer.name, answer.is_tar) == (path.rpartition("/")[2], False)


def test_a_folder_comes_as_an_archive_of_what_the_kernel_recovers(crashed: Crashed) -> None:
    answer, data = fetched(Shelf(crashed.volume), "/")
    assert (answer.name, answer.is_tar) == ("sk-1", True)
    true = {f".{path}": entry for path, entry in crashed.entries.items()}
    with tarfile.open(fileobj=io.BytesIO(data)) as packed:
        for each in packed:
            if each.name in (".", "./lost+found"):
                continue
            if each.isdir():
                assert true.pop(each.name) == ("directory",)
            elif each.issym():
                assert true.pop(each.name) == ("link", each.linkname)
            else:
                content = packed.extractfile(each)
                assert content is not None
                digest = hashlib.sha256(content.read()).hexdigest()
                assert true.pop(each.name) == ("file", each.size, digest)
    assert true == {}


def test_no_name_in_an_archive_leads_out_of_it() -> None:
    link = a_file("data", kind=FileKind.LINK)
    hostile = [
        a_file("../../etc/passwd"),
        a_file(".."),
        a_file("/abs"),
        link,
        a_folder("data"),
        a_file(HOSTILE),
    ]
    _, data = fetched(forged({"/": hostile, "/data": [a_file("passwd")]}), "/")
    found = members(data)
    assert set(found) == {".", "./data", f"./{HOSTILE}"}
    assert found["./data"].issym() and found["./data"].linkname == "/etc/passwd"


def test_modes_owners_and_times_are_kept() -> None:
    odd = FileEntry("odd", FileKind.FILE, 5, WHEN + timedelta(microseconds=5), 0o4755, 2**31, 3_000_000)
    old = FileEntry("old", FileKind.FILE, 0, WHEN.replace(year=1901), 0o600, 0, 0)
    _, data = fetched(forged({"/": [odd, old]}), "/")
    found = members(data)["./odd"]
    assert (found.mode, found.uid, found.gid, found.size) == (0o4755, 2**31, 3_000_000, 5)
    assert found.mtime == pytest.approx((WHEN + timedelta(microseconds=5)).timestamp(), abs=1e-5)
    assert members(data)["./old"].mtime == old.modified.timestamp()


def test_devices_are_left_out_and_counted() -> None:
    answer, data = fetched(forged({"/": [a_file("null", kind=FileKind.OTHER), a_file("a")]}), "/")
    assert set(members(data)) == {".", "./a"}
    assert answer.left_out == (
        "not in the archive, 1 in all: sockets, pipes, devices, and links whose targets are not UTF-8"
    )


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    shelf = forged({"/": [a_file("sparse", 16 * TIB)]})
    kind, reason, fix = shelf.refusal(GET, "/sparse")
    assert (
        kind == "too_large" and "/sparse has 16 TiB (17,592,186,044,416 bytes), more than 1.0 GiB" in reason
    )
    assert "`largest_file` under `files`" in fix


def test_an_archive_that_gets_too_large_is_not_stored() -> None:
    shelf = forged({"/": [a_file("a", 600_000), a_file("b", 600_000)]})
    kind, reason, _ = shelf.refusal(GET, "/", limits=FileLimits(largest_file=1_000_000))
    assert kind == "too_large" and "/ with all that is in it has 1.1 MiB" in reason


def test_a_folder_with_too_many_names_is_refused() -> None:
    shelf = forged({"/": [a_file(str(number)) for number in range(20)]})
    kind, reason, fix = shelf.refusal(GET, "/", limits=FileLimits(most_entries=10))
    assert (kind, reason) == (
        "too_large",
        "/ holds more than 10 files and folders",
    ) and "`most_entries`" in fix


def test_folders_that_lead_in_circles_end_at_the_depth() -> None:
    kind, reason, fix = forged({"/": [a_folder("a")]}, loops=True).refusal(GET, "/")
    assert kind == "too_large" and "is 65 folders deep, more than 64" in reason and "`deepest`" in fix


def test_sizes_that_cannot_be_are_refused_in_words() -> None:
    assert forged({"/": [a_file("a", -5)]}).refusal(GET, "/a")[:2] == ("unreadable", "sk-1: /a has -5 bytes")
    assert forged({"/": [a_file("a", -5)]}).refusal(GET, "/")[0] == "unreadable"


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (FileKind.LINK, "/a is a link to /etc/passwd, and links are not followed"),
        (FileKind.OTHER, "a device"),
    ],
)
def test_what_is_no_file_is_refused_in_words(kind: FileKind, says: str) -> None:
    found, reason, fix = forged({"/": [a_file("a", kind=kind)]}).refusal(GET, "/a")
    assert found == "not_found" and says in reason and fix


def test_a_file_that_takes_too_long_is_refused() -> None:
    shelf = forged({"/": [a_file("a", 50 * 2**20)]})
    shelf.operations.meanwhile("note_progress", lambda: shelf.clock.forward(minutes=11))
    shelf.files.meanwhile("write_content", lambda: shelf.clock.forward(seconds=3))
    kind, reason, fix = shelf.refusal(GET, "/a")
    assert (kind, reason) == ("took_too_long", "reading /a in sk-1 takes longer than 600 s")
    assert "`longest`" in fix


def test_progress_is_told_and_a_superseded_attempt_stops() -> None:
    shelf = forged({"/": [a_file("a", 50 * 2**20)]})
    operation = shelf.begin(GET, "/a")
    shelf.files.meanwhile("write_content", lambda: shelf.clock.forward(seconds=3))
    told: list[str] = []

    def look() -> None:
        shelf.clock.forward(seconds=3)
        told.append(shelf.operations.all[operation.id].progress)

    for _ in range(13):
        shelf.operations.meanwhile("note_progress", look)
    assert shelf.read(operation).ended == "done"
    assert told[:3] == ["", "4.0 MiB of 50 MiB of /a read", "8.0 MiB of 50 MiB of /a read"]

    another = forged({"/": [a_file("a", 50 * 2**20)]})
    operation = another.begin(GET, "/a")
    another.files.meanwhile("write_content", lambda: another.clock.forward(seconds=3))
    another.operations.meanwhile("note_progress", another.operations.all.clear)
    assert another.read(operation).ended == "left alone" and not another.files.contents


class Sink:
    """Takes what is stored, and keeps none of it."""

    def write_content(self, operation_id: str, chunks: object) -> None:
        """Let it pass."""
        for _ in chunks:  # type: ignore[attr-defined]
            pass


def test_a_file_of_a_gibibyte_takes_little_memory() -> None:
    shelf = forged({"/": [a_file("a", 2**30)]})
    shelf.files.write_content = Sink().write_content  # type: ignore[method-assign]
    operation = shelf.begin(GET, "/a")
    tracemalloc.start()
    try:
        assert shelf.read(operation).ended == "done"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 32 * 2**20
