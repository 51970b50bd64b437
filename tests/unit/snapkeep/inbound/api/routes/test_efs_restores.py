"""Restores from EFS through the API: refused with every reason, or brought on step by step."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api import CALLER, Api
from tests.fakes.efs_restoring import ARN, DIRECTORY, FS, EfsRestoringWorld

HERE = "/v1/clusters/myeks/namespaces/shop-2/efs-restores"
OWN = "/v1/clusters/myeks/namespaces/shop/efs-restores"
ANYWHERE = "/v1/clusters/myeks/efs-restores"
ELSEWHERE = {"namespace": "shop-2", "source_namespace": "shop"}


@pytest.fixture
def world() -> EfsRestoringWorld:
    return EfsRestoringWorld()


@pytest.fixture
def api(world: EfsRestoringWorld) -> Api:
    return Api(world)


def start(api: Api, **more: Any) -> dict[str, Any]:
    reply = api.post(ANYWHERE, {"claim": "uploads", **ELSEWHERE, **more})
    assert reply.status == 202, reply.text
    return dict(reply.json["restore"])


def test_an_accepted_restore_says_what_and_where(api: Api, world: EfsRestoringWorld) -> None:
    reply = api.post(ANYWHERE, {"claim": "uploads", **ELSEWHERE})

    restore = reply.json["restore"]
    assert reply.status == 202 and reply.headers["Location"] == f"{HERE}/{restore['id']}"
    assert (restore["state"], restore["caller"], restore["file_system"]) == ("accepted", CALLER, FS)
    assert (restore["claim"]["path"], restore["claim"]["user"]) == ("/uploads", "1000:1000")
    assert [each["code"] for each in reply.json["findings"]] == [
        "efs_new_directory",
        "efs_not_one_moment",
        "efs_no_size",
        "efs_look",
    ]
    assert list(world.jobs.asked.values()) == [(ARN, FS, "/uploads")]


def test_it_goes_on_to_a_volume_once_somebody_has_seen_the_directory(api: Api) -> None:
    where = f"{HERE}/{start(api)['id']}"
    restored = api.get(where).json
    assert restored["state"] == "restored" and restored["volume_handle"] == ""
    assert restored["began_at"] and restored["ended_at"]

    seen = api("PUT", f"{where}/directory", {"directory": DIRECTORY})
    ready = api.get(where).json
    done = api("PUT", f"{where}/claim", {})

    assert (seen.status, seen.json["state"], ready["state"]) == (200, "seen", "ready")
    assert ready["volume_handle"] == f"{FS}::{ready['access_point']}"
    assert (done.status, done.json["state"]) == (200, "done")


def test_the_same_request_continues_the_open_restore(api: Api, world: EfsRestoringWorld) -> None:
    assert start(api)["id"] == start(api)["id"]
    assert len(world.jobs.jobs) == 1


def test_a_cancelled_restore_is_followed_by_another(api: Api) -> None:
    restore = start(api)

    ended = api("DELETE", f"{HERE}/{restore['id']}")

    assert (ended.status, ended.json["state"]) == (200, "failed") and CALLER in ended.json["text"]
    assert start(api)["id"] != restore["id"]
    assert api("DELETE", f"{OWN}/{restore['id']}").status == 404


def test_a_dry_run_starts_nothing(api: Api, world: EfsRestoringWorld) -> None:
    reply = api.post(ANYWHERE, {"claim": "uploads", **ELSEWHERE, "dry_run": True})

    plan = reply.json["plan"]
    assert (reply.status, plan["recovery_point_arn"]) == (200, ARN)
    assert world.jobs.jobs == {} and world.journal.efs_restores.all == {}


def test_a_refusal_lists_all_findings(api: Api, world: EfsRestoringWorld) -> None:
    world.efs.file_systems.clear()
    reply = api.post(ANYWHERE, {"claim": "uploads", **ELSEWHERE, "namespace": "nowhere"})

    assert (reply.status, reply.code) == (422, "restore_refused")
    found = {each["code"]: each for each in reply.json["findings"]}
    assert {"efs_gone", "no_namespace"} <= found.keys()
    assert "create a file system with a mount target" in found["efs_gone"]["fix"]


def test_the_route_of_a_namespace_restores_its_own_claims_only(api: Api) -> None:
    assert api.post(HERE, {"claim": "uploads"}).status == 404
    assert api.post(OWN, {"claim": "uploads", "target": "uploads-2"}).status == 202
    assert api.post(OWN, {"claim": "uploads", "source_namespace": "other"}).status == 422


def test_a_restore_is_found_in_its_own_namespace_only(api: Api) -> None:
    restore = start(api)

    assert api.get(f"{OWN}/{restore['id']}").status == 404
    assert api("PUT", f"{OWN}/{restore['id']}/directory", {"directory": DIRECTORY}).status == 404
    assert api("PUT", f"{OWN}/{restore['id']}/claim", {}).status == 404


@pytest.mark.parametrize("directory", ["../etc", "web", "aws-backup-restore_a/../b", ""])
def test_a_directory_that_aws_did_not_make_is_refused(api: Api, directory: str) -> None:
    restore = start(api)

    reply = api("PUT", f"{HERE}/{restore['id']}/directory", {"directory": directory})

    assert (reply.status, reply.code) == (422, "invalid_request")


def test_a_step_that_is_not_due_is_a_conflict(api: Api, world: EfsRestoringWorld) -> None:
    world.fast = False
    restore = start(api)

    for step, body in (("directory", {"directory": DIRECTORY}), ("claim", {})):
        reply = api("PUT", f"{HERE}/{restore['id']}/{step}", body)
        assert (reply.status, reply.code) == (409, "conflict")
        assert f"restore {restore['id']} is restoring" in reply.json["detail"]


def test_a_failed_restore_says_why(api: Api, world: EfsRestoringWorld) -> None:
    world.fast = False
    restore = start(api)
    world.jobs.end("The file system could not be written to.")

    api.get(f"{HERE}/{restore['id']}")
    shown = api.get(f"{HERE}/{restore['id']}").json

    assert shown["state"] == "failed" and "The file system could not be written to." in shown["text"]
