"""Objects as users write them, and what the API server makes of them or refuses."""

from typing import Any

import pytest

from sandbox.kubernetes.cluster import ClusterServer
from tests.contract.sandbox_kubernetes.client import (
    BINDINGS,
    BUDGETS,
    CLAIMS,
    PODS,
    SNAPSHOTS,
    Client,
    claim,
    pod,
    snapshot,
)
from tests.contract.sandbox_kubernetes.waiting import eventually

CONTENTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"
CONFIGS = "/api/v1/namespaces/default/configmaps"
ONE_SOURCE = (
    "spec.source: Invalid value: exactly one of volumeSnapshotContentName and "
    "persistentVolumeClaimName must be set"
)


def test_a_new_claim_is_pending_and_has_an_identity(admin: Client) -> None:
    made = admin.post(CLAIMS, claim("data"))
    assert made.status == 201
    assert made.body["status"] == {"phase": "Pending"}
    assert made.body["spec"]["volumeMode"] == "Filesystem"
    assert made.body["metadata"].keys() >= {"uid", "resourceVersion", "creationTimestamp"}
    assert (made.body["apiVersion"], made.body["kind"]) == ("v1", "PersistentVolumeClaim")


def test_a_second_object_of_the_same_name_is_refused(admin: Client) -> None:
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    again = admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="other"))
    assert (again.status, again.body["reason"]) == (409, "AlreadyExists")
    assert again.message == 'volumesnapshots.snapshot.storage.k8s.io "s1" already exists'


def test_a_name_can_be_generated(admin: Client) -> None:
    made = admin.post(CLAIMS, claim("") | {"metadata": {"generateName": "data-"}})
    name = made.body["metadata"]["name"]
    assert name.startswith("data-") and len(name) == len("data-") + 5


def test_every_broken_rule_of_a_claim_is_told_at_once(admin: Client) -> None:
    refused = admin.post(CLAIMS, {"metadata": {"name": "Bad_Name"}, "spec": {}})
    assert (refused.status, refused.body["reason"]) == (422, "Invalid")
    fields = [cause["field"] for cause in refused.body["details"]["causes"]]
    assert fields == ["metadata.name", "spec.accessModes", "spec.resources[storage]"]
    assert refused.message.startswith(
        'PersistentVolumeClaim "Bad_Name" is invalid: [metadata.name: Invalid value: "Bad_Name": a lowercase '
        "RFC 1123 subdomain must consist of lower case alphanumeric characters"
    )
    assert refused.message.endswith(
        "spec.accessModes: Required value: at least 1 access mode is required, "
        "spec.resources[storage]: Required value]"
    )


@pytest.mark.parametrize("body", [[], {"spec": "4Gi"}, {"metadata": "data"}, {"kind": "Pod"}])
def test_a_body_of_another_shape_is_a_bad_request(admin: Client, body: object) -> None:
    refused = admin.post(CLAIMS, body)
    assert (refused.status, refused.body["reason"]) == (400, "BadRequest")


def test_a_label_longer_than_63_characters_is_refused(admin: Client) -> None:
    long = claim("data")
    long["metadata"]["labels"] = {"snapkeep.io/policy": "x" * 64}
    refused = admin.post(CLAIMS, long)
    assert refused.status == 422
    assert "must be no more than 63 bytes" in refused.message


def test_a_bound_claim_may_grow_when_its_class_allows_it_and_nothing_else(
    admin: Client, server: ClusterServer
) -> None:
    def bind(obj: dict[str, Any]) -> None:
        obj["status"] = {"phase": "Bound", "capacity": {"storage": "4Gi"}}

    for name, expandable in (("gp3", True), ("fixed", False)):
        storage_class = {"provisioner": "ebs.csi.aws.com", "allowVolumeExpansion": expandable}
        path = "/apis/storage.k8s.io/v1/storageclasses"
        assert admin.post(path, storage_class | {"metadata": {"name": name}}).status == 201
        admin.post(CLAIMS, claim(name, storageClassName=name))
        server.store.update("persistentvolumeclaims", "default", name, bind)
    grow = {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}
    assert admin.patch(f"{CLAIMS}/gp3", grow).status == 200
    assert admin.patch(f"{CLAIMS}/fixed", grow).message == (
        'persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and '
        "the storageclass that provisions the pvc must support resize"
    )
    moved = admin.patch(f"{CLAIMS}/gp3", {"spec": {"storageClassName": "fixed"}})
    assert moved.status == 422
    assert moved.message.startswith(
        'PersistentVolumeClaim "gp3" is invalid: spec: Forbidden: spec is immutable after creation except '
        "resources.requests and volumeAttributesClassName for bound claims\n@@ "
    )
    assert '\n- "StorageClassName": "gp3",\n+ "StorageClassName": "fixed",\n' in moved.message
    shrunk = admin.patch(f"{CLAIMS}/gp3", {"spec": {"resources": {"requests": {"storage": "2Gi"}}}})
    assert "field can not be less than status.capacity" in shrunk.message


@pytest.mark.parametrize("source", [{}, {"persistentVolumeClaimName": "a", "volumeSnapshotContentName": "b"}])
def test_a_volume_snapshot_needs_exactly_one_source(admin: Client, source: dict[str, str]) -> None:
    refused = admin.post(SNAPSHOTS, snapshot("s1", **source))
    assert refused.status == 422
    assert refused.message == f'VolumeSnapshot.snapshot.storage.k8s.io "s1" is invalid: {ONE_SOURCE}'


def test_the_source_of_a_volume_snapshot_cannot_change(admin: Client) -> None:
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    refused = admin.patch(f"{SNAPSHOTS}/s1", {"spec": {"source": {"persistentVolumeClaimName": "other"}}})
    assert refused.status == 422
    assert "persistentVolumeClaimName is immutable" in refused.message


def test_a_snapshot_content_names_both_ends_of_its_snapshot(admin: Client) -> None:
    content: dict[str, Any] = {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshotContent",
        "metadata": {"name": "c1"},
        "spec": {
            "deletionPolicy": "Keep",
            "driver": "ebs.csi.aws.com",
            "source": {"snapshotHandle": "snap-1"},
            "volumeSnapshotRef": {"name": "s1"},
        },
    }
    refused = admin.post(CONTENTS, content)
    assert (
        'spec.deletionPolicy: Unsupported value: "Keep": supported values: "Delete", "Retain"'
        in refused.message
    )
    content["spec"]["deletionPolicy"] = "Retain"
    refused = admin.post(CONTENTS, content)
    assert (
        "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set" in refused.message
    )


def test_finalizers_hold_an_object_until_the_last_is_gone(admin: Client) -> None:
    held = claim("data")
    held["metadata"]["finalizers"] = ["example.com/backup"]
    admin.post(CLAIMS, held)
    assert "deletionTimestamp" in admin.delete(f"{CLAIMS}/data").body["metadata"]
    added = admin.patch(f"{CLAIMS}/data", {"metadata": {"finalizers": ["example.com/backup", "x/y"]}})
    assert "no new finalizers can be added if the object is being deleted" in added.message
    admin.patch(f"{CLAIMS}/data", {"metadata": {"finalizers": None}})
    assert admin.get(f"{CLAIMS}/data").message == 'persistentvolumeclaims "data" not found'


def test_a_deleted_namespace_takes_its_content_and_takes_nothing_new(admin: Client) -> None:
    admin.post("/api/v1/namespaces", {"metadata": {"name": "shop"}})
    inside = CLAIMS.replace("default", "shop")
    held = claim("held")
    held["metadata"]["finalizers"] = ["example.com/backup"]
    for obj in (claim("free"), held):
        assert admin.post(inside, obj).status == 201
    assert admin.delete("/api/v1/namespaces/shop").body["status"]["phase"] == "Terminating"
    eventually(lambda: admin.names(inside) == ["held"])
    refused = admin.post(inside, claim("late"))
    assert refused.status == 403
    assert refused.message == (
        'persistentvolumeclaims "late" is forbidden: unable to create new content in namespace shop because '
        "it is being terminated"
    )
    assert refused.body["details"]["causes"][0]["reason"] == "NamespaceTerminating"
    admin.patch(f"{inside}/held", {"metadata": {"finalizers": None}})
    eventually(lambda: admin.get("/api/v1/namespaces/shop").status == 404)
    assert admin.post(inside, claim("later")).message == 'namespaces "shop" not found'


def test_dependents_go_with_their_owner(admin: Client) -> None:
    owner = admin.post(CONFIGS, {"metadata": {"name": "owner"}}).body["metadata"]
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["uid"]}
    admin.post(CONFIGS, {"metadata": {"name": "dependent", "ownerReferences": [reference]}})
    admin.delete(f"{CONFIGS}/owner")
    eventually(lambda: admin.names(CONFIGS) == [])


def test_eviction_respects_the_disruption_budget(admin: Client) -> None:
    for name in ("web-1", "web-2"):
        admin.post(PODS, pod(name, app="web"))
        ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        admin.patch(f"{PODS}/{name}/status", {"status": ready})
    selector = {"matchLabels": {"app": "web"}}
    admin.post(BUDGETS, {"metadata": {"name": "web"}, "spec": {"minAvailable": 2, "selector": selector}})
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-1"}}
    refused = admin.post(f"{PODS}/web-1/eviction", eviction)
    assert (refused.status, refused.body["reason"]) == (429, "TooManyRequests")
    assert "Retry-After" not in refused.headers
    assert refused.message == "Cannot evict pod as it would violate the pod's disruption budget."
    assert refused.body["details"]["causes"] == [
        {
            "reason": "DisruptionBudget",
            "message": "The disruption budget web needs 2 healthy pods and has 2 currently",
        }
    ]
    admin.patch(f"{BUDGETS}/web", {"spec": {"minAvailable": 1}})
    assert admin.post(f"{PODS}/web-1/eviction", eviction).status == 201
    assert admin.post(f"{PODS}/web-1/eviction", eviction).status == 404
    assert admin.post(f"{PODS}/web-2/eviction", eviction).status == 400
    eviction["metadata"] = {"name": "web-2"}
    assert admin.post(f"{PODS}/web-2/eviction", eviction).status == 429


def test_a_pod_on_a_node_stays_for_its_grace(admin: Client) -> None:
    graceful = pod("web")
    graceful["spec"]["terminationGracePeriodSeconds"] = 30
    admin.post(PODS, graceful)
    assert admin.delete(f"{PODS}/web").body["metadata"]["deletionGracePeriodSeconds"] == 30
    assert admin.get(f"{PODS}/web").status == 200
    admin.delete(f"{PODS}/web", {"gracePeriodSeconds": 0})
    assert admin.get(f"{PODS}/web").status == 404


def test_logs_are_refused_as_by_a_node_out_of_reach(admin: Client) -> None:
    admin.post(PODS, pod("web"))
    refused = admin.get(f"{PODS}/web/log")
    assert refused.status == 500
    assert "n1:10250/containerLogs/default/web" in refused.message


def test_a_binding_keeps_its_role(admin: Client) -> None:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    admin.post(BINDINGS, {"metadata": {"name": "b"}, "roleRef": reference, "subjects": []})
    refused = admin.patch(f"{BINDINGS}/b", {"roleRef": {"name": "view"}})
    assert refused.status == 422
    assert "cannot change roleRef" in refused.message


def test_what_is_not_served_answers_as_plain_text(admin: Client) -> None:
    for path in ("/apis/nope.io/v1/things", "/api/v1/namespaces/default/nothings", "/nothing"):
        answer = admin.get(path)
        assert (answer.status, answer.text) == (404, "404 page not found\n")


@pytest.mark.parametrize("field", ["dataSource", "dataSourceRef"])
def test_the_source_of_a_claim_is_written_in_both_fields(admin: Client, field: str) -> None:
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "point"}

    spec = admin.post(CLAIMS, claim("restored", **{field: source})).body["spec"]

    assert (spec["dataSource"], spec["dataSourceRef"]) == (source, source)
