"""How writes meet each other: stale versions, patches of each kind, appliers, deletes and dry runs."""

from tests.contract.sandbox_kubernetes.client import (
    APPLY_PATCH,
    CLAIMS,
    CONFIGS,
    JSON_PATCH,
    NODES,
    PODS,
    SNAPSHOTS,
    STRATEGIC_PATCH,
    Client,
    claim,
    pod,
    snapshot,
)


def test_a_stale_write_is_refused(admin: Client) -> None:
    old = admin.post(CLAIMS, claim("data")).body
    admin.patch(f"{CLAIMS}/data", {"metadata": {"labels": {"seen": "yes"}}})
    refused = admin.put(f"{CLAIMS}/data", old)
    assert (refused.status, refused.body["reason"]) == (409, "Conflict")
    assert refused.message == (
        'Operation cannot be fulfilled on persistentvolumeclaims "data": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_a_patch_that_changes_nothing_leaves_the_version(admin: Client) -> None:
    made = admin.post(CLAIMS, claim("data")).body
    same = admin.patch(f"{CLAIMS}/data", {"spec": {"accessModes": ["ReadWriteOnce"]}}).body
    assert same["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def test_status_and_spec_are_written_apart(admin: Client) -> None:
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    both = {"status": {"readyToUse": True}, "metadata": {"labels": {"smuggled": "yes"}}}
    assert "status" not in admin.patch(f"{SNAPSHOTS}/s1", both).body
    written = admin.patch(
        f"{SNAPSHOTS}/s1/status", {"status": {"readyToUse": True}, "metadata": {"labels": None}}
    ).body
    assert written["status"] == {"readyToUse": True}
    assert written["metadata"]["labels"] == {"smuggled": "yes"}
    assert written["metadata"]["generation"] == 1


def test_a_strategic_patch_merges_lists_by_their_keys_and_replaces_taints(admin: Client) -> None:
    taints = [{"key": "a", "effect": "NoSchedule"}, {"key": "b", "effect": "NoSchedule"}]
    conditions = [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "False"}]
    node = {"metadata": {"name": "n1"}, "spec": {"taints": taints}, "status": {"conditions": conditions}}
    admin.post(NODES, node)
    admin.patch(f"{NODES}/n1", {"spec": {"taints": taints[:1]}}, STRATEGIC_PATCH)
    not_ready = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    after = admin.patch(f"{NODES}/n1/status", not_ready, STRATEGIC_PATCH).body
    assert after["spec"]["taints"] == taints[:1]
    assert [(row["type"], row["status"]) for row in after["status"]["conditions"]] == [
        ("Ready", "False"),
        ("DiskPressure", "False"),
    ]


def test_custom_resources_take_no_strategic_patch(admin: Client) -> None:
    admin.post(SNAPSHOTS, snapshot("s1", persistentVolumeClaimName="data"))
    refused = admin.patch(f"{SNAPSHOTS}/s1", {"metadata": {"labels": {"a": "b"}}}, STRATEGIC_PATCH)
    assert (refused.status, refused.body["reason"]) == (415, "UnsupportedMediaType")


def test_a_json_patch_whose_test_fails_changes_nothing(admin: Client) -> None:
    admin.post(NODES, {"metadata": {"name": "n1"}})
    steps = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": "1"},
        {"op": "add", "path": "/spec/unschedulable", "value": True},
    ]
    refused = admin.patch(f"{NODES}/n1", steps, JSON_PATCH)
    assert refused.status == 422
    assert refused.message == "the server rejected our request due to an error in our request"
    assert "unschedulable" not in admin.get(f"{NODES}/n1").body.get("spec", {})


def test_an_applier_takes_back_what_it_drops_and_meets_others_with_a_conflict(
    admin: Client,
) -> None:
    def apply(manager: str, data: dict[str, str], force: str = "") -> int:
        path = f"{CONFIGS}/settings?fieldManager={manager}{force}"
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": data}
        return admin.patch(path, config, APPLY_PATCH).status

    assert apply("one", {"a": "1", "b": "2"}) == 201
    assert apply("one", {"a": "1"}) == 200
    assert admin.get(f"{CONFIGS}/settings").body["data"] == {"a": "1"}
    assert apply("two", {"a": "9"}) == 409
    assert apply("two", {"a": "9"}, "&force=true") == 200
    assert admin.get(f"{CONFIGS}/settings").body["data"] == {"a": "9"}


def test_a_delete_meant_for_another_object_of_the_same_name_is_refused(admin: Client) -> None:
    admin.post(PODS, pod("web"))
    refused = admin.delete(f"{PODS}/web", {"preconditions": {"uid": "another"}})
    assert refused.status == 409
    assert refused.message.startswith(
        'Operation cannot be fulfilled on Pod "web": the UID in the precondition (another) does not match'
    )
    assert admin.get(f"{PODS}/web").status == 200


def test_a_delete_meant_for_an_earlier_version_is_refused_and_one_for_this_version_is_done(
    admin: Client,
) -> None:
    seen = admin.post(PODS, pod("web")).body["metadata"]
    admin.patch(f"{PODS}/web", {"metadata": {"labels": {"app": "web"}}})
    stale = {"uid": seen["uid"], "resourceVersion": seen["resourceVersion"]}
    refused = admin.delete(f"{PODS}/web", {"preconditions": stale})
    assert refused.status == 409
    assert "the ResourceVersion in the precondition" in refused.message
    present = admin.get(f"{PODS}/web").body["metadata"]
    fresh = {"uid": present["uid"], "resourceVersion": present["resourceVersion"]}
    assert admin.delete(f"{PODS}/web", {"preconditions": fresh, "gracePeriodSeconds": 0}).status == 200


def test_a_dry_run_checks_and_stores_nothing(admin: Client) -> None:
    assert admin.post(f"{CLAIMS}?dryRun=All", claim("data")).status == 201
    assert admin.post(f"{CLAIMS}?dryRun=All", claim("data", accessModes=[])).status == 422
    assert admin.names(CLAIMS) == []


def test_texts_of_a_secret_come_back_as_data(admin: Client) -> None:
    path = "/api/v1/namespaces/default/secrets"
    document = {"metadata": {"name": "db"}, "data": {"a": "YQ==", "b": "YQ=="}, "stringData": {"b": "b"}}
    made = admin.post(path, document).body
    assert (made["data"], made["type"]) == ({"a": "YQ==", "b": "Yg=="}, "Opaque")
    assert "stringData" not in admin.get(f"{path}/db").body
    assert admin.patch(f"{path}/db", {"stringData": {"a": "c"}}).body["data"]["a"] == "Yw=="
