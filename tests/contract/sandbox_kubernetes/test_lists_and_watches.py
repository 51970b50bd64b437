"""Lists in pages, selectors, and watches that miss nothing."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.kubernetes import watching
from sandbox.kubernetes.cluster import ClusterServer
from sandbox.kubernetes.control import ClusterControl
from tests.contract.sandbox_kubernetes.client import (
    CLAIMS,
    NODES,
    PODS,
    SNAPSHOTS,
    Client,
    claim,
    pod,
    snapshot,
)


def labelled(name: str, **labels: str) -> dict[str, Any]:
    made = claim(name)
    made["metadata"]["labels"] = labels
    return made


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("app=web", ["a"]),
        ("app==web", ["a"]),
        ("app!=web", ["b", "c"]),
        ("app in (web,db)", ["a", "b"]),
        ("app notin (web)", ["b", "c"]),
        ("app", ["a", "b"]),
        ("!app", ["c"]),
        ("app in (web, db),tier=back", ["b"]),
    ],
)
def test_label_selectors(admin: Client, selector: str, names: list[str]) -> None:
    for made in (labelled("a", app="web"), labelled("b", app="db", tier="back"), labelled("c")):
        admin.post(CLAIMS, made)
    assert admin.names(f"{CLAIMS}?labelSelector={quote(selector)}") == names


def test_pods_of_a_node_are_found_by_field(admin: Client) -> None:
    for name, node in (("a", "n1"), ("b", "n2")):
        admin.post(PODS, pod(name, node))
    assert admin.names("/api/v1/pods?fieldSelector=spec.nodeName%3Dn2") == ["b"]
    running = quote("spec.nodeName=n1,status.phase!=Succeeded")
    assert admin.names(f"/api/v1/pods?fieldSelector={running}") == ["a"]


UNKNOWN_FIELD = '"status.phase" is not a known field selector: only "metadata.name", "metadata.namespace"'


def test_a_field_that_cannot_be_selected_by_is_refused(admin: Client) -> None:
    refused = admin.get(f"{CLAIMS}?fieldSelector=status.phase%3DBound")
    assert (refused.status, refused.message) == (400, UNKNOWN_FIELD)


def test_pages_show_the_moment_of_the_first_one(admin: Client) -> None:
    for name in "abcde":
        admin.post(CLAIMS, claim(name))
    first = admin.get(f"{CLAIMS}?limit=2").body
    assert first["metadata"]["remainingItemCount"] == 3
    admin.delete(f"{CLAIMS}/d")
    admin.post(CLAIMS, claim("f"))
    rest = f"{CLAIMS}?limit=10&continue={first['metadata']['continue']}"
    assert admin.names(rest) == ["c", "d", "e"]
    assert admin.get(rest).body["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_an_expired_token_answers_410_and_offers_the_rest_as_it_is_now(
    admin: Client, control: ClusterControl
) -> None:
    for name in "abc":
        admin.post(CLAIMS, claim(name))
    token = admin.get(f"{CLAIMS}?limit=1").body["metadata"]["continue"]
    control.expire_continue_tokens()
    expired = admin.get(f"{CLAIMS}?limit=1&continue={token}")
    assert (expired.status, expired.body["reason"]) == (410, "Expired")
    assert expired.message.startswith(
        "The provided continue parameter is too old to display a consistent list"
    )
    admin.post(CLAIMS, claim("d"))
    offered = expired.body["metadata"]["continue"]
    assert admin.names(f"{CLAIMS}?continue={offered}") == ["b", "c", "d"]


def test_a_watch_tells_what_happened_since_the_list(admin: Client) -> None:
    admin.post(CLAIMS, claim("before"))
    version = admin.get(CLAIMS).body["metadata"]["resourceVersion"]
    admin.post(CLAIMS, claim("data"))
    admin.post(NODES, {"metadata": {"name": "n1"}})
    admin.patch(f"{CLAIMS}/data", {"metadata": {"labels": {"seen": "yes"}}})
    admin.delete(f"{CLAIMS}/data")
    path = f"{CLAIMS}?watch=true&timeoutSeconds=1&resourceVersion={version}&allowWatchBookmarks=true"
    kinds = [(kind, obj["metadata"].get("name")) for kind, obj in admin.watch(path)]
    assert kinds == [("ADDED", "data"), ("MODIFIED", "data"), ("DELETED", "data"), ("BOOKMARK", None)]


def test_a_watch_hears_of_a_change_while_it_is_open(admin: Client) -> None:
    threading.Timer(0.2, lambda: admin.post(CLAIMS, claim("data"))).start()
    events = admin.watch(f"{CLAIMS}?watch=true&timeoutSeconds=60&fieldSelector=metadata.name%3Ddata")
    started = time.monotonic()
    assert next(events)[0] == "ADDED"
    assert time.monotonic() - started < 30


def test_a_watch_without_bookmarks_rests_while_nothing_happens(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "BOOKMARK_SECONDS", 0.01)
    version = admin.get(CLAIMS).body["metadata"]["resourceVersion"]
    spent = time.process_time()
    assert list(admin.watch(f"{CLAIMS}?watch=1&timeoutSeconds=2&resourceVersion={version}")) == []
    assert time.process_time() - spent < 0.2


def test_an_object_that_stops_matching_is_deleted_for_the_watcher(admin: Client) -> None:
    version = admin.post(CLAIMS, labelled("data", app="web")).body["metadata"]["resourceVersion"]
    admin.patch(f"{CLAIMS}/data", {"metadata": {"labels": {"app": "db"}}})
    path = f"{CLAIMS}?watch=1&timeoutSeconds=1&labelSelector=app%3Dweb&resourceVersion={version}"
    assert [kind for kind, _ in admin.watch(path)] == ["DELETED"]


def test_a_watch_from_too_far_back_says_so(admin: Client, server: ClusterServer) -> None:
    history = server.store.history
    server.store.history = type(history)(history, maxlen=3)
    for name in "abcd":
        admin.post(CLAIMS, claim(name))
    events = list(admin.watch(f"{CLAIMS}?watch=1&timeoutSeconds=5&resourceVersion=1001"))
    assert [(kind, obj["code"], obj["reason"]) for kind, obj in events] == [("ERROR", 410, "Expired")]
    assert events[0][1]["message"].startswith("too old resource version: 1001 (")


def test_a_stopped_server_ends_its_watches(admin: Client, server: ClusterServer) -> None:
    events: Iterator[Any] = admin.watch(f"{CLAIMS}?watch=1&timeoutSeconds=60")
    threading.Timer(0.2, server.stop).start()
    started = time.monotonic()
    assert list(events) == []
    assert time.monotonic() - started < 30


def test_a_table_shows_what_kubectl_prints(admin: Client) -> None:
    admin.post(CLAIMS, claim("data", storageClassName="gp3"))
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    admin.patch(f"{SNAPSHOTS}/s1/status", {"status": {"readyToUse": True, "restoreSize": "4Gi"}})
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    table = admin.get(SNAPSHOTS, Accept=accept).body
    shown = dict(
        zip((row["name"] for row in table["columnDefinitions"]), table["rows"][0]["cells"], strict=True)
    )
    assert shown["Name"] == "s1"
    assert shown["SourcePVC"] == "data"
    assert (shown["ReadyToUse"], shown["RestoreSize"]) == (True, "4Gi")
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_a_thousand_claims_are_made_and_listed_quickly(admin: Client, server: ClusterServer) -> None:
    started = time.process_time()
    for number in range(1000):
        server.store.create("persistentvolumeclaims", "default", claim(f"claim-{number:04}"))
    first = admin.get(f"{CLAIMS}?limit=500").body
    second = admin.get(f"{CLAIMS}?limit=500&continue={first['metadata']['continue']}").body
    assert len({item["metadata"]["uid"] for item in first["items"] + second["items"]}) == 1000
    assert "continue" not in second["metadata"]
    assert time.process_time() - started < 2
