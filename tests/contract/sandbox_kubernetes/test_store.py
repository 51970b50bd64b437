"""The store as the controllers of the sandbox use it: copies, changes under the lock, and news of each."""

import threading
from typing import Any

import pytest

from sandbox.kubernetes.cluster import ClusterServer
from sandbox.kubernetes.store import AlreadyExists, NotFound, Store
from tests.contract.sandbox_kubernetes.client import claim
from tests.contract.sandbox_kubernetes.waiting import eventually

CLAIMS = "persistentvolumeclaims"


def test_what_comes_out_is_a_copy() -> None:
    store = Store()
    given = claim("data")
    made = store.create(CLAIMS, "default", given)
    given["spec"]["volumeName"] = made["spec"]["volumeName"] = "changed"
    store.get(CLAIMS, "default", "data")["spec"]["volumeName"] = "changed"
    assert "volumeName" not in store.list(CLAIMS)[0]["spec"]
    assert (made["apiVersion"], made["kind"]) == ("v1", "PersistentVolumeClaim")


def test_names_are_taken_once_in_each_namespace() -> None:
    store = Store()
    for namespace in ("one", "two"):
        store.create(CLAIMS, namespace, claim("data"))
    with pytest.raises(AlreadyExists, match="data"):
        store.create(CLAIMS, "one", claim("data"))
    assert len(store.list(CLAIMS)) == 2 and len(store.list(CLAIMS, "one")) == 1


def test_a_change_raises_the_version_and_a_new_spec_the_generation() -> None:
    store = Store()
    made = store.create(CLAIMS, "default", claim("data"))
    bound = store.update(CLAIMS, "default", "data", lambda obj: obj.update(status={"phase": "Bound"}))
    grown = store.update(CLAIMS, "default", "data", lambda obj: obj["spec"].update(volumeName="pv"))
    versions = [int(obj["metadata"]["resourceVersion"]) for obj in (made, bound, grown)]
    assert versions == sorted(set(versions))
    assert not any("generation" in obj["metadata"] for obj in (made, bound, grown))


def test_a_new_spec_raises_the_generation_of_kinds_that_have_one() -> None:
    store = Store()
    made = store.create("deployments", "default", {"metadata": {"name": "web"}, "spec": {"replicas": 1}})
    ready = store.update("deployments", "default", "web", lambda obj: obj.update(status={"replicas": 1}))
    grown = store.update("deployments", "default", "web", lambda obj: obj["spec"].update(replicas=2))
    assert [obj["metadata"]["generation"] for obj in (made, ready, grown)] == [1, 1, 2]


def test_a_deletion_is_checked_against_the_object_as_it_is_under_the_lock() -> None:
    store = Store()
    seen = store.create(CLAIMS, "default", claim("data"))["metadata"]["resourceVersion"]
    store.update(CLAIMS, "default", "data", lambda obj: obj["spec"].update(volumeName="pv"))

    def unchanged(obj: dict[str, Any]) -> None:
        if obj["metadata"]["resourceVersion"] != seen:
            raise ValueError("changed since")

    with pytest.raises(ValueError, match="changed since"):
        store.delete(CLAIMS, "default", "data", check=unchanged)
    assert "deletionTimestamp" not in store.get(CLAIMS, "default", "data")["metadata"]
    store.delete(CLAIMS, "default", "data")
    assert store.list(CLAIMS) == []


def test_a_change_cannot_steal_an_identity() -> None:
    store = Store()
    made = store.create(CLAIMS, "default", claim("data"))["metadata"]
    after = store.update(CLAIMS, "default", "data", lambda obj: obj["metadata"].update(uid="x", name="y"))
    assert (after["metadata"]["uid"], after["metadata"]["name"]) == (made["uid"], "data")


def test_parallel_changes_are_all_kept() -> None:
    store = Store()
    store.create("configmaps", "default", {"metadata": {"name": "counter"}, "data": {"count": 0}})

    def count_up(obj: dict[str, Any]) -> None:
        obj["data"]["count"] += 1

    def work() -> None:
        for _ in range(50):
            store.update("configmaps", "default", "counter", count_up)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("configmaps", "default", "counter")["data"]["count"] == 400


def test_the_last_finalizer_ends_a_deleted_object() -> None:
    store = Store()
    held = claim("data")
    held["metadata"]["finalizers"] = ["a", "b"]
    store.create(CLAIMS, "default", held)
    store.delete(CLAIMS, "default", "data")
    store.update(CLAIMS, "default", "data", lambda obj: obj["metadata"]["finalizers"].remove("a"))
    assert "deletionTimestamp" in store.get(CLAIMS, "default", "data")["metadata"]
    store.update(CLAIMS, "default", "data", lambda obj: obj["metadata"].pop("finalizers"))
    with pytest.raises(NotFound):
        store.get(CLAIMS, "default", "data")


def test_subscribers_hear_each_change_until_they_leave() -> None:
    store = Store()
    heard: list[tuple[str, str, str]] = []
    leave = store.subscribe(
        lambda kind, resource, obj: heard.append((kind, resource, obj["metadata"]["name"]))
    )
    store.create(CLAIMS, "default", claim("data"))
    store.update(CLAIMS, "default", "data", lambda obj: obj["spec"].update(volumeName="pv"))
    store.update(CLAIMS, "default", "data", lambda obj: None)
    store.delete(CLAIMS, "default", "data")
    leave()
    store.create(CLAIMS, "default", claim("late"))
    assert heard == [("ADDED", CLAIMS, "data"), ("MODIFIED", CLAIMS, "data"), ("DELETED", CLAIMS, "data")]


def test_what_a_controller_adds_to_a_dying_namespace_dies_with_it(server: ClusterServer) -> None:
    store = server.store
    store.create("namespaces", None, {"metadata": {"name": "shop"}, "spec": {"finalizers": ["kubernetes"]}})
    held = {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    store.create("configmaps", "shop", held)
    store.delete("namespaces", None, "shop")
    store.create("configmaps", "shop", {"metadata": {"name": "late"}})
    eventually(lambda: [obj["metadata"]["name"] for obj in store.list("configmaps", "shop")] == ["held"])
    store.update("configmaps", "shop", "held", lambda obj: obj["metadata"].pop("finalizers"))
    eventually(lambda: "shop" not in [obj["metadata"]["name"] for obj in store.list("namespaces")])
