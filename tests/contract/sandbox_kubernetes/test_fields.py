"""Fields that a kind does not have, and values of another type."""

from typing import Any

import pytest

from sandbox.kubernetes.fields import TABLE
from tests.contract.sandbox_kubernetes import field_table
from tests.contract.sandbox_kubernetes.client import (
    APPLY_PATCH,
    CLAIMS,
    JSON_PATCH,
    MERGE_PATCH,
    NODES,
    PODS,
    SNAPSHOTS,
    STRATEGIC_PATCH,
    Client,
    claim,
    pod,
    snapshot,
)


def with_unknown(obj: dict[str, Any]) -> dict[str, Any]:
    return {**obj, "spec": {**obj["spec"], "nope": {"a": 1}}}


def test_the_table_is_that_of_kubernetes_schemas() -> None:
    mend = "run: .venv/bin/python -m tests.contract.sandbox_kubernetes.field_table"
    assert TABLE.read_text() == field_table.written(), mend


@pytest.mark.parametrize(
    ("path", "obj"), [(CLAIMS, claim("a")), (SNAPSHOTS, snapshot("a", persistentVolumeClaimName="b"))]
)
def test_an_unknown_field_is_dropped_with_a_warning_and_refused_when_strict(
    admin: Client, path: str, obj: dict[str, Any]
) -> None:
    refused = admin.post(f"{path}?fieldValidation=Strict", with_unknown(obj))
    assert (refused.status, refused.body["reason"]) == (400, "BadRequest")
    assert refused.message.endswith('strict decoding error: unknown field "spec.nope"')

    made = admin.post(path, with_unknown(obj))
    assert made.headers["Warning"] == '299 - "unknown field \\"spec.nope\\""'
    assert "nope" not in made.body["spec"]
    assert "nope" not in admin.get(f"{path}/a").body["spec"]
    silent = admin.put(f"{path}/a?fieldValidation=Ignore", with_unknown(made.body))
    assert (silent.status, "Warning" in silent.headers) == (200, False)


@pytest.mark.parametrize("kind", [MERGE_PATCH, STRATEGIC_PATCH, JSON_PATCH, APPLY_PATCH])
def test_no_kind_of_patch_brings_an_unknown_field_in(admin: Client, kind: str) -> None:
    admin.post(NODES, {"metadata": {"name": "n1"}})
    whole = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}, "spec": {"nope": 1}}
    step = [{"op": "add", "path": "/spec", "value": {"nope": 1}}]
    body = {MERGE_PATCH: {"spec": {"nope": 1}}, STRATEGIC_PATCH: {"spec": {"nope": 1}}, JSON_PATCH: step}

    def patch(query: str) -> Any:
        return admin.patch(f"{NODES}/n1?fieldManager=me&fieldValidation={query}", body.get(kind, whole), kind)

    strict = patch("Strict")
    assert strict.status == (500 if kind == APPLY_PATCH else 422)
    assert "nope" in strict.message
    if kind != APPLY_PATCH:
        assert patch("Warn").headers["Warning"] == '299 - "unknown field \\"spec.nope\\""'
    assert "nope" not in str(admin.get(f"{NODES}/n1").body["spec"] if kind != APPLY_PATCH else "")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (
            {"accessModes": "ReadWriteOnce"},
            "cannot unmarshal string into Go struct field PersistentVolumeClaimSpec.spec.accessModes",
        ),
        (
            {"storageClassName": 5},
            "cannot unmarshal number into Go struct field PersistentVolumeClaimSpec.spec.storageClassName",
        ),
        ({"resources": {"requests": {"storage": "1Gigs"}}}, "quantities must match the regular expression"),
    ],
)
def test_a_value_of_another_type_is_a_bad_request(admin: Client, spec: Any, told: str) -> None:
    refused = admin.post(CLAIMS, claim("a", **spec))
    assert refused.status == 400
    assert refused.message.startswith('PersistentVolumeClaim in version "v1" cannot be handled as a Persis')
    assert told in refused.message


def test_a_value_of_another_type_breaks_the_schema_of_a_custom_resource(admin: Client) -> None:
    wrong = snapshot("a", persistentVolumeClaimName="b")
    wrong["spec"]["volumeSnapshotClassName"] = 5
    refused = admin.post(SNAPSHOTS, wrong)
    assert refused.status == 422
    assert 'spec.volumeSnapshotClassName in body must be of type string: "integer"' in refused.message


def test_nulls_and_empty_lists_are_as_if_they_were_not_there(admin: Client) -> None:
    taint = {"key": "a", "effect": "NoSchedule"}
    admin.post(
        NODES, {"metadata": {"name": "n1", "labels": {}}, "spec": {"providerID": None, "taints": [taint]}}
    )
    steps = [{"op": "remove", "path": "/spec/taints/0"}]
    left = admin.patch(f"{NODES}/n1", steps, JSON_PATCH).body
    assert left["spec"] == {} and "labels" not in left["metadata"]


def test_elements_of_lists_are_named_by_their_place(admin: Client) -> None:
    wrong = pod("a")
    wrong["spec"]["containers"][0]["nope"] = 1
    refused = admin.post(f"{PODS}?fieldValidation=Strict", wrong)
    assert 'unknown field "spec.containers[0].nope"' in refused.message
