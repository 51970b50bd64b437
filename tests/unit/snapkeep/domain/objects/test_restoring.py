"""What is made of saved objects in another namespace, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.objects.restoring import UNWANTED, Left, NamespacePlan, plan_namespace, without

SELECTED = "kubernetes.io/metadata.name"


def an_object(kind: str, name: str = "web", **fields: Any) -> dict[str, Any]:
    of_cluster = kind in ("Namespace", "PersistentVolume", "StorageClass")
    metadata = {"name": name} | ({} if of_cluster else {"namespace": "shop"})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields}


def planned(*items: dict[str, Any], into: str = "copy", **points: str) -> NamespacePlan:
    return plan_namespace(items, points, "shop", into)


def test_objects_keep_their_order_and_go_into_the_new_namespace() -> None:
    plan = planned(an_object("Namespace", "shop"), an_object("ConfigMap"), an_object("Service"))
    assert [each["kind"] for each in plan.objects] == ["Namespace", "ConfigMap", "Service"]
    assert plan.objects[0]["metadata"]["name"] == "copy"
    assert {each["metadata"]["namespace"] for each in plan.objects[1:]} == {"copy"}


def test_claims_come_from_their_points_and_their_volumes_are_left_out() -> None:
    items = [
        an_object(kind, "data") for kind in ("StorageClass", "PersistentVolume", "PersistentVolumeClaim")
    ]
    plan = planned(*items, an_object("PersistentVolumeClaim", "efs"), data="point-1")
    assert plan.objects == () and plan.claims == {"data": "point-1"}
    assert plan.left_out == (
        Left("StorageClass", "data", "it belongs to the whole cluster"),
        Left("PersistentVolume", "data", "the restores of claims make new volumes"),
        Left("PersistentVolumeClaim", "data", "it is restored from point-1"),
        Left("PersistentVolumeClaim", "efs", "the run has no ready recovery point for it"),
    )
    assert plan.empty == ("efs",)


@pytest.mark.parametrize(
    "forged",
    [
        an_object("Namespace", "kube-system"),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "coredns", "namespace": "kube-system"},
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "of-the-context"}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "everybody"},
        },
    ],
)
@pytest.mark.parametrize("into", ["shop", "copy"])
def test_an_altered_archive_leads_nowhere_else(forged: dict[str, Any], into: str) -> None:
    plan = planned(an_object("ConfigMap"), forged, into=into)
    assert [each["metadata"]["name"] for each in plan.objects] == ["web"]
    assert [each.why for each in plan.left_out] == ["it is not of namespace shop"]


@pytest.mark.parametrize(
    ("ordinals", "empty"), [({}, ("data-db-2",)), ({"start": 3}, ("data-db-3", "data-db-4", "data-db-5"))]
)
def test_claims_that_a_stateful_set_would_make_empty_are_named(
    ordinals: dict[str, int], empty: tuple[str, ...]
) -> None:
    spec = {"replicas": 3, "ordinals": ordinals, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}
    points = {f"data-db-{each}": f"point-{each}" for each in (0, 1)}
    assert planned(an_object("StatefulSet", "db", spec=spec), **points).empty == empty


def test_a_claim_that_pods_name_and_nothing_restores_is_named() -> None:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "lost"}}]
    assert planned(an_object("Pod", spec={"volumes": volumes})).empty == ("lost",)


def test_what_names_the_old_namespace_names_the_new_one() -> None:
    subjects = [{"kind": "ServiceAccount", "name": "a", "namespace": each} for each in ("shop", "other")]
    expression = {"key": SELECTED, "operator": "In", "values": ["shop", "other"]}
    peers = [
        {"namespaceSelector": {"matchLabels": {SELECTED: "shop", "namespace": "shop"}}},
        {"namespaceSelector": {"matchExpressions": [expression]}},
    ]
    term = {"namespaces": ["other", "shop"], "topologyKey": "zone"}
    binding, policy, pod = planned(
        an_object("RoleBinding", subjects=subjects),
        an_object("NetworkPolicy", spec={"ingress": [{"from": peers}]}),
        an_object("Pod", spec={"affinity": {"podAffinity": [term]}}),
    ).objects
    assert [each["namespace"] for each in binding["subjects"]] == ["copy", "other"]
    assert pod["spec"]["affinity"]["podAffinity"][0]["namespaces"] == ["other", "copy"]
    first, second = policy["spec"]["ingress"][0]["from"]
    assert first["namespaceSelector"]["matchLabels"] == {SELECTED: "copy", "namespace": "shop"}
    assert second["namespaceSelector"]["matchExpressions"][0]["values"] == ["copy", "other"]


def test_what_people_wrote_stays_and_dns_names_in_it_are_pointed_out() -> None:
    config = an_object("ConfigMap", "conf", data={"namespace": "shop", "url": "http://db.shop.svc:80"})
    plan = planned(config, an_object("ConfigMap", "other", data={"a": "a shop, my.shopping"}))
    assert plan.objects[0]["data"] == config["data"]
    assert plan.mentions == ("ConfigMap conf",)


def test_a_lost_namespace_comes_back_under_its_name_unchanged() -> None:
    items = [an_object("Namespace", "shop"), an_object("ConfigMap", data={"url": "db.shop.svc"})]
    plan = planned(*items, into="shop")
    assert list(plan.objects) == items and plan.mentions == ()


def test_people_leave_out_kinds_and_single_objects_and_claims() -> None:
    items = [an_object("ConfigMap", "a"), an_object("ConfigMap", "b"), an_object("Ingress", "c")]
    plan = without(planned(*items, data="p"), ["configmap/b", "Ingress", "PersistentVolumeClaim/data"])
    assert [each["metadata"]["name"] for each in plan.objects] == ["a"]
    assert plan.claims == {}
    assert {(each.kind, each.name) for each in plan.left_out if each.why == UNWANTED} == {
        ("ConfigMap", "b"),
        ("Ingress", "c"),
        ("PersistentVolumeClaim", "data"),
    }
    with pytest.raises(ValueError, match="configmap/z, job"):
        without(plan, ["ConfigMap/z", "Job", "ConfigMap"])
