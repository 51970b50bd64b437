"""What a run saves of a namespace, in which order, and what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.errors import ClusterUnreachable, NotFound, PermanentError
from snapkeep.domain.objects.kinds import Kind, choose
from snapkeep.domain.objects.manifests import Contents
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.services.objects.list_objects import ListObjects
from tests.fakes.objects import FakeObjects

CERTIFICATES = "certificates.cert-manager.io"


def owned(kind: str) -> dict[str, Any]:
    return {"ownerReferences": [{"kind": kind, "name": "x", "uid": "u", "controller": True}]}


def pods(*claims: str, account: str = "", config: str = "", secret: str = "") -> dict[str, Any]:
    volumes: list[dict[str, Any]] = [
        {"name": f"v{number}", "persistentVolumeClaim": {"claimName": claim}}
        for number, claim in enumerate(claims)
    ]
    volumes += [{"name": "c", "configMap": {"name": config}}] if config else []
    volumes += [{"name": "s", "secret": {"secretName": secret}}] if secret else []
    found: dict[str, Any] = {"volumes": volumes, "containers": []}
    return found | ({"serviceAccountName": account} if account else {})


def template(app: str, *claims: str, **names: str) -> dict[str, Any]:
    return {"template": {"metadata": {"labels": {"app": app}}, "spec": pods(*claims, **names)}}


def shop() -> FakeObjects:
    """A shop whose web server mounts the claim `data`, and a worker that mounts nothing."""
    cluster = FakeObjects(CERTIFICATES)
    cluster.put("namespaces", "", "shop", spec={"finalizers": ["kubernetes"]})
    cluster.put("storageclasses.storage.k8s.io", "", "gp3", provisioner="ebs.csi.aws.com")
    cluster.put("persistentvolumes", "", "pv-data", spec={"claimRef": {"name": "data", "uid": "u"}})
    claim = {"storageClassName": "gp3", "volumeName": "pv-data"}
    cluster.put("persistentvolumeclaims", "shop", "data", spec=claim, status={"phase": "Bound"})
    cluster.put("persistentvolumeclaims", "shop", "cache", spec={})
    cluster.put(
        "deployments.apps",
        "shop",
        "web",
        spec=template("web", "data", account="web", config="nginx", secret="tls"),
    )
    cluster.put("deployments.apps", "shop", "worker", spec=template("worker"))
    cluster.put(
        "replicasets.apps", "shop", "web-1", spec=template("web", "data"), metadata=owned("Deployment")
    )
    cluster.put("pods", "shop", "web-1-x", spec=pods("data"), metadata=owned("ReplicaSet"))
    cluster.put("services", "shop", "web", spec={"selector": {"app": "web"}, "clusterIP": "10.0.0.1"})
    cluster.put("services", "shop", "worker", spec={"selector": {"app": "worker"}})
    cluster.put("serviceaccounts", "shop", "web")
    cluster.put("serviceaccounts", "shop", "default")
    cluster.put("configmaps", "shop", "nginx", data={"nginx.conf": "x"})
    cluster.put("configmaps", "shop", "other", data={})
    cluster.put("configmaps", "shop", "kube-root-ca.crt", data={})
    cluster.put("secrets", "shop", "tls", data={"tls.key": "c2VjcmV0"})
    cluster.put(CERTIFICATES, "shop", "web", spec={"secretName": "tls"})
    return cluster


def listed(
    cluster: FakeObjects, scope: ObjectScope, *custom: str, claims: tuple[str, ...] = ("data",)
) -> tuple[list[dict[str, Any]], Contents]:
    contents = Contents()
    chosen = choose(cluster.served, custom)
    listing = ListObjects(cluster, chosen, "shop", claims, contents)
    return list(listing.documents(scope)), contents


def names(documents: list[dict[str, Any]]) -> list[str]:
    return [f"{each['kind']}/{each['metadata']['name']}" for each in documents]


def test_a_namespace_is_saved_whole_in_the_order_of_a_restore() -> None:
    documents, contents = listed(shop(), ObjectScope.NAMESPACE)
    assert names(documents) == [
        "Namespace/shop",
        "StorageClass/gp3",
        "PersistentVolume/pv-data",
        "ServiceAccount/default",
        "ServiceAccount/web",
        "ConfigMap/nginx",
        "ConfigMap/other",
        "PersistentVolumeClaim/cache",
        "PersistentVolumeClaim/data",
        "Service/web",
        "Service/worker",
        "Deployment/web",
        "Deployment/worker",
    ]
    assert all("uid" not in each["metadata"] and "status" not in each for each in documents)
    said = {(each.kind, each.reason): each.names for each in contents.left_out}
    assert said == {
        ("configmaps", "the cluster makes it"): ("kube-root-ca.crt",),
        ("pods", "ReplicaSet makes it"): ("web-1-x",),
        ("replicasets.apps", "Deployment makes it"): ("web-1",),
    }
    assert contents.kinds["secrets"] == "only a policy with `secrets` saves them, encrypted"
    assert contents.kinds[CERTIFICATES] == "its kind is not in custom_kinds"
    assert contents.named.secrets == {"tls": set()}


def test_kinds_of_crds_are_saved_where_they_are_named() -> None:
    documents, contents = listed(shop(), ObjectScope.NAMESPACE, CERTIFICATES)
    assert documents[-1]["apiVersion"] == "cert-manager.io/v1"
    assert CERTIFICATES not in contents.kinds


def test_the_value_of_a_secret_is_in_no_archive() -> None:
    for scope in ObjectScope:
        documents, _ = listed(shop(), scope, CERTIFICATES)
        assert "c2VjcmV0" not in str(documents)


def test_a_workload_is_saved_with_what_it_names_and_what_reaches_it() -> None:
    documents, contents = listed(shop(), ObjectScope.WORKLOAD)
    assert names(documents) == [
        "Namespace/shop",
        "StorageClass/gp3",
        "PersistentVolume/pv-data",
        "ServiceAccount/web",
        "ConfigMap/nginx",
        "PersistentVolumeClaim/data",
        "Service/web",
        "Deployment/web",
    ]
    assert [each.kind for each in contents.left_out] == ["pods", "replicasets.apps"]
    assert contents.named.secrets == {"tls": set()}


@pytest.mark.parametrize("scope", list(ObjectScope))
def test_kinds_that_may_not_be_listed_are_named_and_stop_nothing(scope: ObjectScope) -> None:
    cluster = shop()
    cluster.forbidden = {"cronjobs.batch", "pods"}
    documents, contents = listed(cluster, scope)
    assert "Deployment/web" in names(documents)
    assert set(contents.refused) == {"cronjobs.batch", "pods"}
    assert "is not allowed" in contents.kinds["pods"]


@pytest.mark.parametrize("scope", list(ObjectScope))
def test_a_cluster_that_allows_nothing_gives_no_empty_archive(scope: ObjectScope) -> None:
    cluster = shop()
    cluster.forbidden = {str(kind) for kind in cluster.served}
    with pytest.raises(PermanentError, match="snapkeep manifests"):
        listed(cluster, scope)


def test_a_namespace_that_is_gone_is_not_an_empty_one() -> None:
    with pytest.raises(NotFound, match="shop is gone"):
        listed(FakeObjects(), ObjectScope.NAMESPACE)


def test_a_namespace_that_may_not_be_read_is_still_saved() -> None:
    cluster = shop()
    cluster.fail_next("object", PermanentError("namespaces is forbidden"))
    documents, contents = listed(cluster, ObjectScope.NAMESPACE)
    assert "Namespace/shop" not in names(documents) and "Deployment/web" in names(documents)
    assert contents.refused == ["namespaces"]


def test_a_cluster_that_stops_answering_gives_no_archive() -> None:
    cluster = shop()
    cluster.fail_next("objects", ClusterUnreachable("no answer"))
    with pytest.raises(ClusterUnreachable):
        listed(cluster, ObjectScope.NAMESPACE)


def test_claims_that_are_gone_are_no_mistake() -> None:
    documents, _ = listed(shop(), ObjectScope.WORKLOAD, claims=("gone",))
    assert names(documents) == ["Namespace/shop"]


@pytest.mark.parametrize(
    ("scope", "custom", "makers"),
    [
        (ObjectScope.NAMESPACE, (), {"databases.example.com"}),
        (ObjectScope.NAMESPACE, ("databases.example.com",), set()),
        (ObjectScope.WORKLOAD, ("databases.example.com",), {"databases.example.com"}),
    ],
)
def test_a_kind_that_makes_workloads_and_is_not_saved_is_noted(
    scope: ObjectScope, custom: tuple[str, ...], makers: set[str]
) -> None:
    cluster = shop()
    cluster.served.append(Kind("example.com", "v1", "databases", "Database"))
    owner = {"apiVersion": "example.com/v1", "kind": "Database", "name": "x", "uid": "u", "controller": True}
    metadata = {"ownerReferences": [owner]}
    cluster.put("statefulsets.apps", "shop", "db", spec=template("db", "data"), metadata=metadata)
    assert listed(cluster, scope, *custom)[1].makers == makers


def test_a_wanted_kind_whose_api_does_not_answer_is_not_listed() -> None:
    contents = Contents()
    chosen = choose(shop().served[:-1], [CERTIFICATES], {"cert-manager.io": "no endpoints"})
    list(ListObjects(shop(), chosen, "shop", ("data",), contents).documents(ObjectScope.NAMESPACE))
    assert contents.refused == [CERTIFICATES]
