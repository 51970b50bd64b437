"""Questions about files through the API: answered or followed, on record, and each only where it may be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.domain.errors import TemporaryError
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
from tests.fakes.api import CALLER, Api
from tests.fakes.files import FilesWorld
from tests.fakes.world import SLOT, World, a_claim

CLUSTER = "/v1/clusters/myeks"
SHOP, BANK = f"{CLUSTER}/namespaces/shop", f"{CLUSTER}/namespaces/bank"
MODIFIED = datetime(2026, 9, 14, 7, 1, 30, tzinfo=UTC)
CONFIG = FileEntry("wp-config.php", FileKind.FILE, 3302, MODIFIED, 0o640, 33, 33)
LINK = FileEntry("caf\udce9", FileKind.LINK, 7, MODIFIED, 0o777)
LISTING = Listing((ListedEntry(LINK, "plug\udcffins"), ListedEntry(CONFIG)), log="log replayed: 2 changes")
FETCHED = Fetched("wp-config.php", False, 3302, "0" * 64, MODIFIED)
LUKS = FileProblem(ProblemKind.UNREADABLE, "it is encrypted by LUKS", "restore the claim to read it")


@pytest.fixture
def world() -> FilesWorld:
    """shop/data and bank/ledger have a point each."""
    world = FilesWorld(a_claim("data"), a_claim("ledger", namespace="bank"))
    world.back_up(SLOT)
    world.told = {
        (QuestionKind.LS, "/"): LISTING,
        (QuestionKind.LS, "/luks"): LUKS,
        (QuestionKind.GET, "/wp-config.php"): FETCHED,
    }
    return world


def point_of(world: World, claim: str) -> str:
    return world.point(claim).id


def test_a_folder_is_listed_in_the_namespace_and_in_the_cluster(api: Api, world: FilesWorld) -> None:
    point = point_of(world, "data")
    for place in (SHOP, CLUSTER):
        reply = api.post(f"{place}/recovery-points/{point}/listings", {"path": "/"})
        assert reply.status == 200
        assert reply.json["entries"][1] == {
            "name": "wp-config.php",
            "kind": "file",
            "size": 3302,
            "modified": "2026-09-14T07:01:30Z",
            "mode": "0640",
            "owner": 33,
            "group": 33,
            "target": "",
        }
        assert (reply.json["recovery_point"], reply.json["claim"]) == (point, "data")
        assert reply.json["log"] == "log replayed: 2 changes"
    assert len(world.reader.asked) == 1


def test_names_that_are_no_text_come_through_and_can_be_asked_for(api: Api, world: FilesWorld) -> None:
    where = f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings"
    link = api.post(where, {}).json["entries"][0]
    assert (link["name"], link["target"]) == ("caf\udce9", "plug\udcffins")
    world.told[QuestionKind.LS, "/caf\udce9"] = LISTING
    assert api.post(where, {"path": "/caf\udce9"}).json["path"] == "/caf\udce9"
    assert world.announcer.files[-1].file == r"/caf\xe9"


def test_a_folder_that_does_not_fit_into_an_answer_is_cut_and_says_so(api: Api, world: FilesWorld) -> None:
    names = [f"{number:06}" + "\udcff" * 240 for number in range(10_000)]
    entries = tuple(ListedEntry(replace(CONFIG, name=name)) for name in names)
    world.told[QuestionKind.LS, "/"] = Listing(entries, left_out="and more")
    reply = api.post(f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings", {})
    assert len(json.dumps(reply.text)) < 6_000_000
    shown = [each["name"] for each in reply.json["entries"]]
    assert 2_000 < len(shown) < 10_000
    assert shown == names[: len(shown)]
    assert reply.json["left_out"] == (
        f"only the first {len(shown):,} of 10,000 fit into one answer: ask for a folder below; and more"
    )


def test_a_file_is_fetched_through_a_link(api: Api, world: FilesWorld) -> None:
    where = f"{SHOP}/recovery-points/{point_of(world, 'data')}/downloads"
    found = api.post(where, {"path": "/wp-config.php"}).json
    assert (found["size"], found["sha256"], found["is_tar"]) == (3302, "0" * 64, False)
    assert found["url"].startswith("https://reports.example.test/files/")
    assert found["expires_at"] == "2026-11-24T18:05:00Z"


def test_a_file_is_followed_through_the_points_and_found_by_name(api: Api, world: FilesWorld) -> None:
    point = point_of(world, "data")
    seen = Version(point, SLOT, VersionState.CHANGED, CONFIG)
    unseen = Version("data-0", SLOT, VersionState.NOT_LOOKED_AT, None, "it is archived")
    world.told[QuestionKind.VERSIONS, "/wp-config.php"] = Versions((seen, unseen))
    found = api.post(f"{SHOP}/claims/data/versions", {"path": "/wp-config.php"}).json
    assert [each["state"] for each in found["versions"]] == ["changed", "not looked at"]
    assert [each["size"] for each in found["versions"]] == [3302, None]
    path = FoundPath("/a/x.sql", FileKind.FILE, 9, MODIFIED, point, 1, SLOT, SLOT)
    world.told[QuestionKind.FIND, "/a"] = Found((path,))
    found = api.post(f"{SHOP}/claims/data/searches", {"name": "*.sql", "path": "/a"}).json
    assert (found["name"], found["found"][0]["path"]) == ("*.sql", "/a/x.sql")


def test_what_takes_longer_is_accepted_and_followed_without_its_answer(api: Api, world: FilesWorld) -> None:
    where = f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings"
    accepted = api.post(where, {"path": "/large"})
    assert (accepted.status, accepted.json["state"]) == (202, "running")
    there = accepted.headers["Location"]
    assert there == f"{SHOP}/file-operations/{accepted.json['id']}"
    world.journal.file_operations.note_progress(world.reader.asked[0], "3,000 names")
    assert api.get(there).json["text"] == "3,000 names"
    world.end(world.reader.asked[0], LISTING)
    done = api.get(there)
    assert (done.json["state"], "wp-config" in done.text) == ("done", False)
    assert len(api.post(where, {"path": "/large"}).json["entries"]) == 2
    assert len(world.reader.asked) == 1


def test_no_namespace_sees_the_points_or_operations_of_another(api: Api, world: FilesWorld) -> None:
    bank, shop = point_of(world, "ledger"), point_of(world, "data")
    for what in ("listings", "downloads"):
        assert api.post(f"{SHOP}/recovery-points/{bank}/{what}", {}).code == "not_found"
    assert api.post(f"{SHOP}/claims/ledger/versions", {}).code == "not_found"
    assert (world.reader.asked, world.announcer.files) == ([], [])
    operation = api.post(f"{SHOP}/recovery-points/{shop}/listings", {"path": "/large"}).json["id"]
    assert api.get(f"{SHOP}/file-operations/{operation}").status == 200
    assert api.get(f"{CLUSTER}/file-operations/{operation}").status == 200
    unknown = api.get(f"{BANK}/file-operations/{'0' * 32}")
    foreign = api.get(f"{BANK}/file-operations/{operation}")
    assert (foreign.code, unknown.code) == ("not_found", "not_found")
    assert foreign.json["detail"].replace(operation, "") == unknown.json["detail"].replace("0" * 32, "")
    assert api.get(f"/v1/clusters/other/file-operations/{operation}").code == "not_found"


def test_who_asks_is_on_record_whoever_asked_before(api: Api, world: FilesWorld) -> None:
    where = f"{SHOP}/recovery-points/{point_of(world, 'data')}"
    ben = Api(world, caller="arn:aws:iam::111122223333:user/ben")
    for asker in (api, ben):
        asker.post(f"{where}/downloads", {"path": "/wp-config.php"})
        asker.post(f"{where}/listings", {"path": "/luks"})
    first, *_, last = world.announcer.files
    assert [(each.caller, each.kind, each.file) for each in (first, last)] == [
        (CALLER, "get", "/wp-config.php"),
        (ben.caller, "ls", "/luks"),
    ]
    assert (first.namespace, first.claim, first.point) == ("shop", "data", point_of(world, "data"))
    assert world.announcer.changes == []


def test_nothing_is_answered_that_cannot_be_put_on_record(api: Api, world: FilesWorld) -> None:
    where = f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings"
    world.announcer.fail_next("files_read", TemporaryError("EventBridge did not answer"))
    reply = api.post(where, {})
    assert (reply.status, "wp-config" in reply.text) == (503, False)
    assert api.post(where, {}).status == 200


def test_an_operation_in_progress_is_no_change(api: Api, world: FilesWorld) -> None:
    api.post(f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings", {"path": "/large"})
    assert world.announcer.changes == []


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (ProblemKind.NOT_FOUND, 404, "not_found"),
        (ProblemKind.TOO_LARGE, 422, "files_refused"),
        (ProblemKind.TOOK_TOO_LONG, 422, "files_refused"),
        (ProblemKind.NOT_READY, 422, "files_refused"),
        (ProblemKind.UNREADABLE, 422, "files_refused"),
        (ProblemKind.FORBIDDEN, 422, "files_refused"),
        (ProblemKind.UNAVAILABLE, 503, "unavailable"),
        (ProblemKind.FAILED, 500, "internal"),
    ],
)
def test_why_there_is_no_answer_is_a_problem_now_and_later(
    api: Api, world: FilesWorld, kind: ProblemKind, status: int, code: str
) -> None:
    where = f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings"
    world.told[QuestionKind.LS, "/x"] = FileProblem(kind, "it cannot be", "do this")
    reply = api.post(where, {"path": "/x"})
    assert (reply.status, reply.code, reply.json["fix"]) == (status, code, "do this")
    shown = api.get(f"{SHOP}/file-operations/{world.reader.asked[0].id}").json
    problem = {"status": status, "code": code, "detail": "it cannot be", "fix": "do this"}
    assert (shown["state"], shown["problem"]) == ("failed", problem)


def test_a_point_that_cannot_be_read_now_is_refused(api: Api, world: FilesWorld) -> None:
    point = point_of(world, "data")
    (snapshot,) = [name for name, each in world.ebs.all.items() if each.tags["snapkeep:claim"] == "data"]
    world.ebs.archive(snapshot)
    reply = api.post(f"{SHOP}/recovery-points/{point}/listings", {})
    assert (reply.status, reply.code) == (422, "files_refused")
    assert "archive tier" in reply.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"path": "relative"},
        {"path": ""},
        {"path": 7},
        {"path": "/a\0b"},
        {"path": "/../etc"},
        {"path": f"/{'x' * 5000}"},
        {"file": "/"},
        {"name": "x"},
    ],
)
def test_what_is_no_path_is_refused(api: Api, world: FilesWorld, body: dict[str, Any]) -> None:
    reply = api.post(f"{SHOP}/recovery-points/{point_of(world, 'data')}/listings", body)
    assert (reply.status, reply.code) == (422, "invalid_request")


@pytest.mark.parametrize("name", ["", "a/b", "x" * 256, "a\0b", None])
def test_what_is_no_name_is_refused(api: Api, name: object) -> None:
    assert api.post(f"{SHOP}/claims/data/searches", {"name": name}).code == "invalid_request"


def test_without_files_in_the_config_it_says_what_to_write(world: FilesWorld) -> None:
    plain = World(a_claim("data"))
    plain.back_up(SLOT)
    reply = Api(plain).post(f"{SHOP}/recovery-points/{point_of(plain, 'data')}/listings", {})
    assert (reply.status, reply.code) == (409, "no_files")
    assert "write `files: {keys: " in reply.json["fix"]
    assert (Api(plain).get("/v1/clusters").json["files"], Api(world).get("/v1/clusters").json["files"]) == (
        False,
        True,
    )
