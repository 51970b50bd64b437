"""What can be made to go wrong, and the figures of what was asked."""

import http.client

import pytest

from sandbox.kubernetes.cluster import ClusterServer
from sandbox.kubernetes.control import ClusterControl, ControlError
from tests.contract.sandbox_kubernetes.client import CLAIMS, NODES, SNAPSHOTS, Client, claim, snapshot


def test_the_next_matching_requests_are_throttled_and_no_other(
    admin: Client, control: ClusterControl
) -> None:
    control.arm("429", "create", "persistentvolumeclaims", times=2, retry_after=7)
    assert admin.get(CLAIMS).status == 200
    throttled = admin.post(CLAIMS, claim("data"))
    assert (throttled.status, throttled.headers["Retry-After"]) == (429, "7")
    assert throttled.body["details"]["retryAfterSeconds"] == 7
    assert admin.post(CLAIMS, claim("data")).status == 429
    assert admin.post(CLAIMS, claim("data")).status == 201


@pytest.mark.parametrize(("action", "code"), [("500", 500), ("503", 503), ("401", 401)])
def test_an_answer_can_be_replaced_once(
    admin: Client, control: ClusterControl, action: str, code: int
) -> None:
    control.arm(action, "list", "nodes")
    assert admin.get(NODES).status == code
    assert admin.get(NODES).status == 200


def test_the_next_page_can_come_too_late(admin: Client, control: ClusterControl) -> None:
    for name in "abc":
        admin.post(CLAIMS, claim(name))
    control.arm("expired", "list", "persistentvolumeclaims")
    first = admin.get(f"{CLAIMS}?limit=2")
    assert first.status == 200
    late = admin.get(f"{CLAIMS}?limit=2&continue={first.body['metadata']['continue']}")
    assert (late.status, late.body["reason"]) == (410, "Expired")
    assert admin.names(f"{CLAIMS}?continue={late.body['metadata']['continue']}") == ["c"]


def test_a_connection_can_be_cut_before_and_after_the_work(admin: Client, control: ClusterControl) -> None:
    control.arm("reset", "create", "volumesnapshots")
    control.arm("lost_answer", "create", "volumesnapshots")
    for name in ("cut", "lost"):
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            admin.post(SNAPSHOTS, snapshot(name, persistentVolumeClaimName="data"))
    assert admin.names(SNAPSHOTS) == ["lost"]


def test_a_request_can_be_left_without_an_answer(admin: Client, control: ClusterControl) -> None:
    control.arm("timeout", "list", "nodes", seconds=30)
    impatient = Client(admin.url, admin.authority, admin.token, timeout=0.3)
    with pytest.raises(TimeoutError):
        impatient.get(NODES)
    assert admin.get(NODES).status == 200


def test_an_answer_can_come_byte_by_byte(admin: Client, control: ClusterControl) -> None:
    control.arm("drip", "get", "namespaces", seconds=0.001)
    assert admin.get("/api/v1/namespaces/default").body["metadata"]["name"] == "default"
    control.arm("drip", "list", "nodes", seconds=30)
    with pytest.raises(TimeoutError):
        Client(admin.url, admin.authority, admin.token, timeout=0.3).get(NODES)
    assert admin.get(NODES).status == 200


def test_an_unreachable_cluster_can_still_be_brought_back(admin: Client, control: ClusterControl) -> None:
    control.set_unreachable("refuse")
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        admin.get("/readyz")
    control.set_unreachable("hang")
    with pytest.raises(TimeoutError):
        Client(admin.url, admin.authority, admin.token, timeout=0.3).get(NODES)
    control.clear()
    assert admin.get(NODES).status == 200


def test_without_their_crds_snapshots_do_not_exist_and_come_back_with_them(
    admin: Client, control: ClusterControl
) -> None:
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    assert control.set_snapshot_crds(False)["snapshot_crds"] is False
    absent = admin.get(SNAPSHOTS)
    assert (absent.status, absent.text) == (404, "404 page not found\n")
    groups = [group["name"] for group in admin.get("/apis").body["groups"]]
    assert "snapshot.storage.k8s.io" not in groups
    control.set_snapshot_crds(True)
    assert admin.names(SNAPSHOTS) == ["s1"]


def test_traffic_counts_requests_by_code_and_lists_by_page(admin: Client, control: ClusterControl) -> None:
    for name in ("a", "b", "b"):
        admin.post(CLAIMS, claim(name))
    token = admin.get(f"{CLAIMS}?limit=1").body["metadata"]["continue"]
    admin.get(f"{CLAIMS}?limit=1&continue={token}")
    admin.get(CLAIMS)
    figures = control.traffic(reset=True)
    created = {row["code"]: row["count"] for row in figures["requests"] if row["verb"] == "create"}
    assert created == {201: 2, 409: 1}
    assert figures["lists"] == {"persistentvolumeclaims": {"first_page": 1, "next_page": 1, "whole": 1}}
    assert control.traffic() == {"requests": [], "lists": {}}
    admin.get(CLAIMS)
    assert control.requests("list", "persistentvolumeclaims") == 1
    assert control.requests("list", "persistentvolumeclaims", user="somebody-else") == 0


def test_other_parts_of_the_sandbox_add_their_own_controls(
    server: ClusterServer, control: ClusterControl
) -> None:
    server.controls["echo"] = lambda body: {"said": body["say"]}
    assert control.call("echo", {"say": "hello"}) == {"said": "hello"}
    with pytest.raises(ControlError, match="KeyError: 'say'"):
        control.call("echo", {})
    with pytest.raises(ControlError, match="there are: echo, faults, traffic"):
        control.call("nothing", {})


def test_a_wrong_order_names_what_there_is(control: ClusterControl) -> None:
    with pytest.raises(ControlError, match="use one of 429, 500"):
        control.arm("explode")
    with pytest.raises(ControlError, match="use one of"):
        control.set_unreachable("maybe")
