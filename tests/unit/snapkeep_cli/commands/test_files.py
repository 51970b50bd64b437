"""`snapkeep ls`, `get file`, `versions` and `find`: what a person types is what a person gets."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from snapkeep.domain.files.problems import FileProblem, ProblemKind
from snapkeep.domain.files.requests import QuestionKind
from snapkeep.domain.files.results import (
    Fetched,
    Found,
    FoundPath,
    ListedEntry,
    Listing,
    Version,
    Versions,
    VersionState,
)
from snapkeep.domain.proof.files import FileEntry, FileKind
from snapkeep_cli.files import fetching
from tests.fakes.files import FilesWorld
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep_cli.conftest import Command, connected

CONTENT = b"<?php\n"
LOG = "log replayed: 12 transactions"
FOLDER = FileEntry("plugins", FileKind.FOLDER, 4096, SLOT, 0o755, 33, 33)
FILE = FileEntry("in\x1b[31mdex.php", FileKind.FILE, 28, SLOT - timedelta(days=600), 0o644, 33, 33)
LINK = FileEntry("now", FileKind.LINK, 7, SLOT, 0o777)
LISTING = Listing((ListedEntry(FILE), ListedEntry(LINK, "plugins"), ListedEntry(FOLDER)), log=LOG)
FETCHED = Fetched("a.php", False, len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), SLOT)
TAR = Fetched("plugins", True, len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), SLOT)


@pytest.fixture
def world() -> FilesWorld:
    """shop/data has two points; the newer one is ready since a day."""
    world = FilesWorld(a_claim("data"))
    world.back_up(SLOT)
    world.back_up(SLOT + timedelta(days=1))
    world.told = {
        (QuestionKind.LS, "/"): LISTING,
        (QuestionKind.LS, "/empty"): Listing(()),
        (QuestionKind.GET, "/a.php"): FETCHED,
        (QuestionKind.GET, "/plugins"): TAR,
    }
    return world


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and the content behind every link."""
    monkeypatch.setattr(fetching, "streamed", lambda url: iter([CONTENT]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def points(world: World) -> list[str]:
    """The ids of the points, oldest first."""
    return sorted(point.id for point in world.journal.points.all.values())


def test_a_folder_looks_as_ls_shows_it(snapkeep: Command, world: FilesWorld) -> None:
    ended = snapkeep("ls", f"{points(world)[1]}:/", "-o", "wide")
    assert [line.split(maxsplit=5) for line in ended.out.splitlines()] == [
        ["MODE", "OWNER", "SIZE", "MODIFIED", "NAME", "BYTES"],
        ["-rw-r--r--", "33:33", "28", "bytes", "2025-04-03T18:00:00Z", r"in\x1b[31mdex.php  28"],
        ["lrwxrwxrwx", "0:0", "7", "bytes", "2026-11-24T18:00:00Z", "now -> plugins     7"],
        ["drwxr-xr-x", "33:33", "4.0", "KiB", "2026-11-24T18:00:00Z", "plugins/           4096"],
    ]
    assert (ended.code, ended.err) == (0, f"{LOG}\n")


def test_programs_get_sizes_in_bytes_and_names_as_they_are(snapkeep: Command, world: FilesWorld) -> None:
    ended = snapkeep("ls", points(world)[1], "-o", "json")
    document = json.loads(ended.out)
    assert [each["size"] for each in document["entries"]] == [28, 7, 4096]
    assert document["entries"][0]["name"] == FILE.name
    assert yaml.safe_load(snapkeep("ls", points(world)[1], "-o", "yaml").out) == document


@pytest.mark.parametrize("words", [("shop/data:/",), ("shop/data",), ("data", "-n", "shop")])
def test_a_claim_means_its_newest_ready_point(
    snapkeep: Command, world: FilesWorld, words: tuple[str, ...]
) -> None:
    newest = points(world)[1]
    ended = snapkeep("ls", *words)
    assert f"the newest point of shop/data is {newest}, taken 2026-11-25T18:00:00Z" in ended.err
    assert snapkeep.transport.sent[-1][1].endswith(f"/namespaces/shop/recovery-points/{newest}/listings")


def test_a_snapshot_means_its_point_and_a_namespace_its_own_route(
    snapkeep: Command, world: FilesWorld
) -> None:
    point, snapshot = points(world)[0], min(world.ebs.all)
    found = json.loads(snapkeep("ls", f"{snapshot}:/", "-o", "json").out)
    assert found["recovery_point"] in points(world)
    snapkeep("ls", f"{point}:/", "-n", "shop")
    assert snapkeep.transport.sent[-1][1].startswith("/v1/clusters/myeks/namespaces/shop/")
    snapkeep("ls", f"{point}:/")
    assert snapkeep.transport.sent[-1][1].startswith("/v1/clusters/myeks/recovery-points/")


def test_an_empty_folder_says_so(snapkeep: Command, world: FilesWorld) -> None:
    ended = snapkeep("ls", f"{points(world)[0]}:empty/")
    assert (ended.code, ended.out, ended.err) == (0, "", "/empty is empty\n")


def test_a_file_is_saved_with_its_time_and_a_folder_as_an_archive(
    snapkeep: Command, world: FilesWorld, here: Path
) -> None:
    point = points(world)[0]
    ended = snapkeep("get", "file", f"{point}:/a.php", "-o", "mine.php")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "mine.php: the file, 6 bytes, as of 2026-11-24T18:00:00Z; its SHA-256 is right\n"
    assert (here / "mine.php").read_bytes() == CONTENT
    assert (here / "mine.php").stat().st_mtime == SLOT.timestamp()
    assert "plugins.tar: the folder as an archive" in snapkeep("get", "file", f"{point}:/plugins/").err
    assert snapkeep("get", "file", f"{point}:/a.php", "-o", "-").out == CONTENT.decode()


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(
    snapkeep: Command, world: FilesWorld, here: Path
) -> None:
    (here / "a.php").write_bytes(b"mine")
    where = f"{points(world)[0]}:/a.php"
    ended = snapkeep("get", "file", where)
    assert (ended.code, "error[file_exists]: a.php already exists" in ended.err) == (3, True)
    assert (here / "a.php").read_bytes() == b"mine"
    assert snapkeep("get", "file", where, "--force").code == 0
    assert (here / "a.php").read_bytes() == CONTENT


def test_versions_show_where_a_file_changed(snapkeep: Command, world: FilesWorld) -> None:
    old, new = points(world)
    world.told[QuestionKind.VERSIONS, "/a.php"] = Versions(
        (
            Version(
                new, SLOT + timedelta(days=1), VersionState.NOT_LOOKED_AT, reason="its key is not listed"
            ),
            Version(old, SLOT, VersionState.CHANGED, FILE),
        ),
        left_out="data-1: it is pending",
    )
    ended = snapkeep("versions", "shop/data:/a.php")
    lines = ended.out.splitlines()
    assert lines[1].startswith("2026-11-25T18:00:00Z  not looked at")
    assert "its key is not listed" in lines[1]
    assert lines[2].split()[:4] == ["2026-11-24T18:00:00Z", "changed", "28", "bytes"]
    assert ended.err == "data-1: it is pending\n"


def test_files_are_found_by_name(snapkeep: Command, world: FilesWorld) -> None:
    new = points(world)[1]
    found = FoundPath("/dump\n.sql", FileKind.FILE, 2048, SLOT, new, 2, SLOT, SLOT + timedelta(days=1))
    folder = FoundPath("/old.sql", FileKind.FOLDER, 0, SLOT, new, 1, SLOT, SLOT)
    world.told[QuestionKind.FIND, "/"] = Found((found, folder))
    world.told[QuestionKind.FIND, "/empty"] = Found(())
    ended = snapkeep("find", "shop/data", "*.sql")
    assert ended.out.splitlines()[1].split("  ")[:2] == ["2.0 KiB", "2026-11-24T18:00:00Z"]
    assert (r"/dump\n.sql " in ended.out, "/old.sql/ " in ended.out) == (True, True)
    ended = snapkeep("find", "data:/empty", "*.sql", "-n", "shop")
    assert (ended.code, ended.err) == (0, "no file named *.sql in the recovery points of shop/data\n")


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("ls", "nothing-there:/"), 4, "error[not_found]"),
        (("ls", ":/"), 2, "names no recovery point and no claim"),
        (("ls", "shop/other:/"), 4, "shop/other of myeks has no recovery point that is ready"),
        (("versions", "data:/a"), 2, "which namespace is data in?"),
        (("find", "shop/data", "a/b"), 2, "the name: must be a name"),
        (("ls", "shop/data:/../etc"), 2, "a path cannot contain `..`"),
        (("ls", "shop/data:/luks"), 3, "error[files_refused]: it is LUKS"),
        (("get", "file", "shop/data:/a.php", "-o", "no/such/file"), 1, "error[cannot_write]"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    snapkeep: Command, world: FilesWorld, here: Path, words: tuple[str, ...], code: int, text: str
) -> None:
    world.told[QuestionKind.LS, "/luks"] = FileProblem(ProblemKind.UNREADABLE, "it is LUKS", "restore it")
    ended = snapkeep(*words)
    assert (ended.code, text in ended.err) == (code, True), ended.err


def test_what_takes_too_long_can_be_asked_again(snapkeep: Command, world: FilesWorld) -> None:
    ended = snapkeep("ls", f"{points(world)[0]}:/large", "--timeout", "1")
    assert (ended.code, "error[still_waiting]: still running" in ended.err) == (7, True)
    world.end(world.reader.asked[0], LISTING)
    assert snapkeep("ls", f"{points(world)[0]}:/large").code == 0


def test_a_deployment_without_files_is_told_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = World(a_claim("data"))
    plain.back_up(SLOT)
    ended = connected(plain, monkeypatch)("ls", "shop/data:/")
    assert (ended.code, "error[no_files]" in ended.err, "and deploy" in ended.err) == (3, True, True)


def test_a_point_says_how_to_list_its_files_or_why_nobody_can(snapkeep: Command, world: FilesWorld) -> None:
    point = points(world)[0]
    command = f"snapkeep ls {point}:/ --cluster myeks --namespace shop"
    assert f"list its files  {command}" in snapkeep("describe", "point", point).out
    assert snapkeep(*command.split()[1:]).code == 0
    for snapshot in world.ebs.all:
        world.ebs.archive(snapshot)
    shown = snapkeep("describe", "point", point).out
    assert "cannot be read: its snapshot is in the archive tier: ask for another recovery point" in shown


def test_a_deployment_without_files_offers_none(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = World(a_claim("data"))
    plain.back_up(SLOT)
    shown = connected(plain, monkeypatch)("describe", "point", plain.point("data").id).out
    assert ("restore it" in shown, "its files" in shown) == (True, False)
