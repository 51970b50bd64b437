"""The API as deployed: signed, refused before it hurts, accepted within a second, once for one key."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.contract.sandbox_aws.caller import Caller
from tests.integration.api import REGION, Person
from tests.integration.deployed import Deployed, until

POLICY = "restored"
HERE = f"/v1/clusters/myeks/namespaces/{POLICY}/restores"


@pytest.fixture(scope="module")
def point(product: Deployed) -> str:
    """A ready recovery point of a 1Gi claim."""
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (snapshot,) = product.snapshots(POLICY)
    return str(snapshot.tags[tags.POINT])


@pytest.fixture(scope="module")
def ann(product: Deployed) -> Person:
    """She may do everything."""
    return Person(product, "ann")


def claims(product: Deployed) -> set[str]:
    listed = product.admin.get(f"/api/v1/namespaces/{POLICY}/persistentvolumeclaims")["items"]
    return {claim["metadata"]["name"] for claim in listed}


def test_an_impossible_restore_is_refused_with_figures_and_makes_nothing(
    product: Deployed, ann: Person, point: str
) -> None:
    before = claims(product)
    answer = ann.post(HERE, {"recovery_point": point, "target": "small", "size": "512Mi"})

    assert (answer.status, answer.json["code"]) == (422, "restore_refused")
    assert "512Mi" in answer.json["detail"] and "1Gi" in answer.json["detail"]
    assert "--size 1Gi" in answer.json["fix"]
    assert claims(product) == before


def test_a_possible_one_is_accepted_within_a_second_and_its_claim_is_there(
    product: Deployed, ann: Person, point: str
) -> None:
    ann.post(HERE, {"recovery_point": point, "target": "warm", "dry_run": True})
    answer = ann.post(HERE, {"recovery_point": point, "target": "back"})

    assert answer.status == 202, answer.body
    # The processor's time: on a machine that does other work, too, all takes longer.
    assert product.sandbox.aws.functions()["snapkeep-api"].cpu_ms[-1] < 1000
    assert "back" in claims(product)
    (place,) = answer.headers["location"]
    status = ann.get(place).json
    assert (status["state"], status["caller"]) == ("waiting_for_consumer", ann.arn)
    (snapshot,) = product.snapshots(POLICY)
    assert snapshot.tags[tags.HOLD].startswith("restore:")


def test_the_same_key_restores_once(product: Deployed, ann: Person, point: str) -> None:
    wish = {"recovery_point": point, "target": "once"}
    first, second = (ann.post(HERE, wish, key="only-one") for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert second.headers["idempotency-replayed"] == ["true"]
    other = ann.post(HERE, {**wish, "target": "twice"}, key="only-one")
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    assert "twice" not in claims(product)


def test_who_may_restore_into_one_namespace_reaches_no_other(product: Deployed, point: str) -> None:
    tenant = Person(product, "tenant", [f"*/v1/clusters/myeks/namespaces/{POLICY}/*"])
    wish = {"recovery_point": point, "target": "mine", "dry_run": True}
    assert tenant.post(HERE, wish).status == 200
    for path in (
        "/v1/clusters/myeks/namespaces/default/restores",
        f"/v1/clusters/myeks/namespaces/default%2F{POLICY}/restores",
        "/v1/clusters/myeks/restores",
    ):
        answer = tenant.post(path, wish)
        assert answer.status in (403, 404), (path, answer.body)
        assert answer.json["code"] in ("forbidden", "not_found")


def test_without_a_signature_nothing_is_told(product: Deployed, point: str) -> None:
    url = product.sandbox.invoke_url(product.outputs["ApiUrl"])
    answer = Caller(url, REGION, None)("POST", HERE, {"recovery_point": point, "target": "x"})
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


def test_every_change_is_in_the_access_log_with_its_caller(
    product: Deployed, ann: Person, point: str
) -> None:
    answer = ann.post(HERE, {"recovery_point": point, "target": "logged"})
    assert answer.status == 202
    found = until(lambda: logged(product, ann.arn, "POST"), "the access log")
    assert found["status"] == "202"
    assert found["route"] == "/v1/clusters/{cluster}/namespaces/{namespace}/restores"


def logged(product: Deployed, caller: str, method: str) -> dict[str, Any] | None:
    logs = product.sandbox.client("logs")
    group = "/aws/apigateway/snapkeep"
    entries = [
        json.loads(event["message"])
        for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    ]
    mine = [e for e in entries if (e["caller"], e["method"]) == (caller, method) and e["status"] == "202"]
    return mine[-1] if mine else None


def test_points_and_coverage_are_answered_by_the_deployed_function(
    product: Deployed, ann: Person, point: str
) -> None:
    place = f"/v1/clusters/myeks/namespaces/{POLICY}"
    (listed,) = ann.get(f"{place}/recovery-points?state=ready").json["recovery_points"]
    assert listed["id"] == point
    held = ann.send("PUT", f"{place}/recovery-points/{point}/hold", {"reason": "audit"})
    assert (held.status, held.json["held"]) == (200, True), held.body
    assert ann.send("DELETE", f"{place}/recovery-points/{point}/hold").status == 204
    report = ann.get(f"{place}/coverage")
    assert report.status == 200, report.body
    claim = next(claim for claim in report.json["claims"] if claim["claim"] == "bulk-0000")
    assert (claim["state"], claim["last_good"]["id"]) == ("protected", point)


def test_a_backup_on_demand_is_ready_a_moment_later(product: Deployed, ann: Person, point: str) -> None:
    started = ann.post(
        "/v1/clusters/myeks/backups",
        {"claims": [{"namespace": POLICY, "name": "bulk-0000"}], "method": "ebs"},
    )
    assert started.status == 202, started.body
    (place,) = started.headers["location"]

    def ended() -> dict[str, Any] | None:
        shown: dict[str, Any] = ann.get(place).json
        return shown if shown["state"] == "completed" else None

    shown = until(ended, "the backup to end")
    assert (shown["total"], shown["ready"]) == (1, 1)
    (snapshot,) = product.snapshots("on-demand")
    assert snapshot.tags[tags.POINT] == shown["points"][0]["id"]
    other = ann.get(f"/v1/clusters/myeks/namespaces/default/backups/{started.json['id']}")
    assert other.status == 404


def test_of_many_who_want_one_name_at_once_one_gets_it(product: Deployed, ann: Person, point: str) -> None:
    wish = {"recovery_point": point, "target": "wanted"}
    ann.post(HERE, {**wish, "dry_run": True})
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: ann.post(HERE, wish), range(4)))
    statuses = sorted(answer.status for answer in answers)
    assert statuses[0] == 202
    assert set(statuses[1:]) <= {409, 422, 429}, [answer.body for answer in answers]
    winner = next(answer.json["id"] for answer in answers if answer.status == 202)
    claim = product.admin.get(f"/api/v1/namespaces/{POLICY}/persistentvolumeclaims/wanted")
    assert claim["metadata"]["annotations"]["snapkeep.io/restore"] == winner


def test_prune_beside_a_restore_leaves_nobody_without_a_snapshot(product: Deployed, ann: Person) -> None:
    namespace = "raced"
    product.make_claims(namespace, 1)
    for _ in range(3):
        product.backup(namespace)
        product.until_closed(namespace)
    oldest = min(product.snapshots(namespace), key=lambda each: each.tags[tags.SLOT])
    place = f"/v1/clusters/myeks/namespaces/{namespace}/restores"
    wish = {"recovery_point": oldest.tags[tags.POINT], "target": "back"}
    refusals = product.prune(dry_run=True)["refusals"]
    token = refusals[0]["token"] if refusals else ""
    with ThreadPoolExecutor(2) as both:
        pruned = both.submit(product.invoke, "prune", {"cluster": "myeks", "confirm": token})
        answer = both.submit(ann.post, place, wish).result()
        pruned.result()
    left = {snapshot.id for snapshot in product.snapshots(namespace)}
    assert left, "the newest good point stays"
    if answer.status == 202:
        (found,) = answer.headers["location"]
        shown = ann.get(found).json
        assert shown["snapshot_id"] in left or shown["state"] == "failed", shown
    else:
        assert answer.status in (404, 409, 422), answer.body
