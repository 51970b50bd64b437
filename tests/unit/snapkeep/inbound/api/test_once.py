"""One Idempotency-Key, one wish: sent again it is answered again and not done again."""

from __future__ import annotations

from tests.fakes.api import Api
from tests.fakes.faults import Crash
from tests.fakes.world import World

HERE = "/v1/clusters/myeks/namespaces/shop/restores"


def test_a_wish_that_is_sent_again_gets_the_same_answer(api: Api, world: World, point: str) -> None:
    wish = {"recovery_point": point, "target": "data-2"}
    first = api.post(HERE, wish, key="one")
    second = api.post(HERE, wish, key="one")

    assert (second.status, second.json, second.headers["Location"]) == (
        first.status,
        first.json,
        first.headers["Location"],
    )
    assert len(world.announcer.changes) == 1
    assert list(world.cluster.restored) == [("shop", "data-2")]


def test_a_key_with_another_body_is_refused(api: Api, world: World, point: str) -> None:
    api.post(HERE, {"recovery_point": point, "target": "data-2"}, key="one")
    reply = api.post(HERE, {"recovery_point": point, "target": "data-3"}, key="one")

    assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    assert ("shop", "data-3") not in world.cluster.restored


def test_a_key_counts_for_its_caller_and_path_only(api: Api, world: World, point: str) -> None:
    api.post(HERE, {"recovery_point": point, "target": "data-2"}, key="one")
    other = Api(world, caller="arn:aws:iam::111122223333:user/bob", answers=api.answers)
    assert other.post(HERE, {"recovery_point": point, "target": "data-3"}, key="one").status == 202


def test_a_key_counts_for_a_role_in_whichever_session(api: Api, world: World, point: str) -> None:
    role = "arn:aws:sts::111122223333:assumed-role/operator"
    sessions = [Api(world, caller=f"{role}/{name}", answers=api.answers) for name in ("ann", "ann-again")]
    replies = [
        session.post(HERE, {"recovery_point": point, "target": "data-2"}, key="one") for session in sessions
    ]
    assert [reply.status for reply in replies] == [202, 202]
    assert replies[0].json["id"] == replies[1].json["id"]
    assert replies[1].headers["Idempotency-Replayed"] == "true"
    other = Api(world, caller="arn:aws:sts::111122223333:assumed-role/other/ann", answers=api.answers)
    again = other.post(HERE, {"recovery_point": point, "target": "data-3"}, key="one")
    assert (again.status, "Idempotency-Replayed" in again.headers) == (202, False)


def test_users_are_not_taken_for_sessions_of_one_role(api: Api, world: World, point: str) -> None:
    path = "arn:aws:iam::111122223333:user/:assumed-role"
    users = [Api(world, caller=f"{path}/{name}", answers=api.answers) for name in ("ann", "bob")]
    replies = [
        user.post(HERE, {"recovery_point": point, "target": f"data-{number}"}, key="one")
        for number, user in enumerate(users)
    ]
    assert [reply.status for reply in replies] == [202, 202]
    assert "Idempotency-Replayed" not in replies[1].headers


def test_a_path_with_a_slash_at_its_end_carries_out_nothing_and_uses_up_no_key(
    api: Api, world: World
) -> None:
    wish = {"claims": [{"namespace": "shop", "name": "data"}]}
    runs = set(world.journal.runs.all)
    assert api.post("/v1/clusters/myeks/backups/", wish, key="one").status == 404
    assert set(world.journal.runs.all) == runs
    done = api.post("/v1/clusters/myeks/backups", wish, key="one")
    assert done.status == 202 and "Idempotency-Replayed" not in done.headers


def test_a_request_that_died_goes_on_in_another_session(api: Api, world: World, point: str) -> None:
    role = "arn:aws:sts::111122223333:assumed-role/operator"
    wish = {"claims": [{"namespace": "shop", "name": "data"}]}
    runs = set()
    for name in ("ann", "ann-again"):
        fresh = Api(world, caller=f"{role}/{name}")  # what was answered to the first is lost
        runs.add(fresh.post("/v1/clusters/myeks/backups", wish, key="one").json["id"])
    assert len(runs) == 1


def test_a_wish_that_is_still_worked_on_says_so(api: Api, world: World, point: str) -> None:
    wish = {"recovery_point": point, "target": "data-2"}
    replies = []
    world.cluster.meanwhile("create_restored_claim", lambda: replies.append(api.post(HERE, wish, key="one")))
    assert api.post(HERE, wish, key="one").status == 202

    (meanwhile,) = replies
    assert (meanwhile.status, meanwhile.code) == (409, "request_in_progress")
    assert meanwhile.headers["Retry-After"] == "2"


def test_a_refused_wish_may_be_sent_again_once_its_cause_is_mended(
    api: Api, world: World, point: str
) -> None:
    wish = {"recovery_point": point, "target": "data-2"}
    world.cluster.namespaces["shop"] = ""
    assert api.post(HERE, wish, key="one").code == "restore_refused"
    world.cluster.namespaces["shop"] = "Active"
    assert api.post(HERE, wish, key="one").status == 202


def test_after_a_crash_the_same_key_goes_on_with_what_was_begun(api: Api, world: World, point: str) -> None:
    wish = {"recovery_point": point, "target": "data-2"}
    world.cluster.crash_after("create_restored_claim")
    try:
        api.post(HERE, wish, key="one")
    except Crash:
        api.answers.records.clear()  # in DynamoDB its time runs out with the function's
    reply = api.post(HERE, wish, key="one")

    assert reply.status == 202
    assert [restore.id for restore in world.journal.restores.all.values()] == [reply.json["id"]]


def test_a_post_needs_a_key(api: Api, point: str) -> None:
    for key in (None, "k" * 129, "two words"):
        reply = api.post(HERE, {"recovery_point": point, "target": "data-2"}, key=key)
        assert (reply.status, reply.code) == (400, "idempotency_key_missing")
