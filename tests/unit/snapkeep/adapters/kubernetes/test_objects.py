"""What discovery says becomes kinds, and kinds become paths."""

from __future__ import annotations

from typing import Any, cast

from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.adapters.kubernetes.objects import KubernetesObjects
from snapkeep.domain.errors import ClusterUnreachable, NotFound
from snapkeep.domain.objects.kinds import Kind


class Answers:
    """A client with planned answers by path; it notes the paths. Others are not found."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []

    def get(self, path: str, query: Any = None) -> Any:
        self.asked.append((path, query))
        found = self.answers.get(path, NotFound(f"{path}: not found"))
        if isinstance(found, Exception):
            raise found
        return found

    def list(self, path: str, query: Any = None) -> Any:
        return self.get(path, query)["items"]


def objects(**answers: Any) -> tuple[KubernetesObjects, Answers]:
    client = Answers(**answers)
    return KubernetesObjects(cast(KubernetesClient, client)), client


def rows(*names: str, **more: Any) -> dict[str, Any]:
    kinds = {"hpas": "HPA", "pods": "Pod", "old": "Old"}
    verbs = ["get", "list"]
    return {
        "resources": [
            {"name": name, "kind": kinds.get(name, "X"), "namespaced": True, "verbs": verbs} | more
            for name in names
        ]
    }


def group(name: str, preferred: str, *versions: str) -> dict[str, Any]:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": {"groupVersion": f"{name}/{preferred}"}}


def test_a_kind_counts_once_in_the_preferred_version() -> None:
    found, _ = objects(
        **{
            "/api/v1": rows("pods", "pods/status"),
            "/apis": {"groups": [group("autoscaling", "v2", "v1", "v2")]},
            "/apis/autoscaling/v1": rows("hpas", "old"),
            "/apis/autoscaling/v2": rows("hpas"),
        }
    )
    assert found.served_kinds().kinds == (
        Kind("", "v1", "pods", "Pod"),
        Kind("autoscaling", "v2", "hpas", "HPA"),
        Kind("autoscaling", "v1", "old", "Old"),
    )


def test_what_is_not_in_a_namespace_or_cannot_be_listed_is_no_kind_to_save() -> None:
    found, _ = objects(**{"/api/v1": rows("nodes", namespaced=False), "/apis": {}})
    assert found.served_kinds().kinds == ()
    found, _ = objects(**{"/api/v1": rows("bindings", verbs=["create"]), "/apis": {}})
    assert found.served_kinds().kinds == ()


def test_a_group_whose_server_is_down_is_named_and_the_others_are_listed() -> None:
    found, _ = objects(
        **{
            "/api/v1": rows("pods"),
            "/apis": {"groups": [group("metrics.k8s.io", "v1", "v1"), group("apps", "v1", "v1")]},
            "/apis/metrics.k8s.io/v1": ClusterUnreachable("server error 503"),
            "/apis/apps/v1": rows("deployments"),
        }
    )
    served = found.served_kinds()
    assert dict(served.silent) == {"metrics.k8s.io": "server error 503"}
    assert list(map(str, served.kinds)) == ["pods", "deployments.apps"]


def test_names_cannot_leave_their_place_in_a_path() -> None:
    found, client = objects()
    assert found.object(Kind("", "v1", "configmaps", "ConfigMap"), "../x", "a/b?c") is None
    assert client.asked[-1][0] == "/api/v1/namespaces/..%2Fx/configmaps/a%2Fb%3Fc"
    assert found.object(Kind("storage.k8s.io", "v1", "storageclasses", "StorageClass"), "", "gp3") is None
    assert client.asked[-1][0] == "/apis/storage.k8s.io/v1/storageclasses/gp3"


def test_items_of_lists_get_the_kind_that_they_do_not_say() -> None:
    path = "/api/v1/namespaces/shop/configmaps"
    found, client = objects(**{path: {"items": [{"metadata": {"name": "a"}}]}})
    (item,) = found.objects(Kind("", "v1", "configmaps", "ConfigMap"), "shop")
    assert item == {"metadata": {"name": "a"}, "apiVersion": "v1", "kind": "ConfigMap"}
    assert client.asked == [(path, {"limit": 50})]
