"""ValidatingAdmissionPolicies as users write them, and which writes they stop."""

from typing import Any

import pytest

from sandbox.kubernetes.cluster import ClusterServer
from sandbox.kubernetes.resources import RESOURCES
from snapkeep_cli.cluster.manifests import cluster_manifests
from tests.contract.sandbox_kubernetes.client import APPLY_PATCH, CONFIGS, JSON_PATCH, STRATEGIC_PATCH, Client
from tests.contract.sandbox_kubernetes.policies import (
    BINDINGS,
    NEVER,
    POLICIES,
    bind,
    config,
    guard,
    rule,
    write_policy,
)


def test_a_denied_write_tells_policy_binding_and_message(admin: Client) -> None:
    guard(admin, rule("configmaps"))

    refused = admin.post(CONFIGS, config("a"))

    assert (refused.status, refused.body["reason"]) == (422, "Invalid")
    text = "ValidatingAdmissionPolicy 'guard' with binding 'bound' denied request: never"
    assert refused.message == f'configmaps "a" is forbidden: {text}'
    assert refused.body["details"] == {"name": "a", "kind": "configmaps", "causes": [{"message": text}]}
    assert admin.get(f"{CONFIGS}/a").status == 404


def test_without_a_binding_a_policy_does_nothing(admin: Client) -> None:
    assert write_policy(admin, rule("configmaps")).status == 201
    assert admin.post(CONFIGS, config("a")).status == 201


@pytest.mark.parametrize("kind", [JSON_PATCH, "application/merge-patch+json", STRATEGIC_PATCH, APPLY_PATCH])
def test_no_kind_of_patch_slips_through(admin: Client, kind: str) -> None:
    admin.post(CONFIGS, config("a", color="blue"))
    guard(admin, rule("configmaps", "UPDATE"))
    whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"color": "red"}}
    steps = [{"op": "replace", "path": "/data/color", "value": "red"}]

    path = f"{CONFIGS}/a?fieldManager=me&force=true"
    assert admin.patch(path, steps if kind == JSON_PATCH else whole, kind).status == 422
    assert admin.put(f"{CONFIGS}/a", whole).status == 422
    assert admin.patch(f"{path}&dryRun=All", steps if kind == JSON_PATCH else whole, kind).status == 422
    assert admin.get(f"{CONFIGS}/a").body["data"] == {"color": "blue"}


def test_server_side_apply_that_creates_is_a_create(admin: Client) -> None:
    guard(admin, rule("configmaps", "CREATE"))
    whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert admin.patch(f"{CONFIGS}/a?fieldManager=me", whole, APPLY_PATCH).status == 422
    assert admin.get(f"{CONFIGS}/a").status == 404


def test_deleting_one_and_many_is_stopped(admin: Client) -> None:
    admin.post(CONFIGS, config("a"))
    guard(admin, rule("configmaps", "DELETE"), validations=[{"expression": "oldObject.metadata.name != 'a'"}])
    admin.post(CONFIGS, config("b"))

    assert "failed expression: oldObject.metadata.name != 'a'" in admin.delete(f"{CONFIGS}/a").message
    assert admin.delete(CONFIGS).status == 422
    assert admin.delete(f"{CONFIGS}/b").status in (200, 404)
    assert admin.names(CONFIGS) == ["a"]


def test_what_a_policy_knows_of_a_request(admin: Client) -> None:
    known = (
        "request.operation == 'CREATE' && request.name == 'a' && request.namespace == 'default' && "
        "request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap' && "
        "request.userInfo.username == 'kubernetes-admin' && !request.dryRun && oldObject == null && "
        "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'default' && "
        "'system:masters' in request.userInfo.groups && variables.names == ['a']"
    )
    variables = [
        {"name": "meta", "expression": "object.metadata"},
        {"name": "names", "expression": "[variables.meta.name]"},
    ]
    guard(admin, rule("configmaps"), validations=[{"expression": known}], variables=variables)
    assert admin.post(CONFIGS, config("a")).status == 201
    assert admin.post(CONFIGS, config("b")).status == 422


@pytest.mark.parametrize(("policy", "status"), [("Fail", 422), ("Ignore", 201)])
@pytest.mark.parametrize("part", ["validation", "condition", "variable"])
def test_an_expression_that_ends_in_an_error_follows_the_failure_policy(
    admin: Client, part: str, policy: str, status: int
) -> None:
    wrong = "object.data.absent == 'x'"
    spec: dict[str, Any] = {"validations": [{"expression": wrong if part == "validation" else "variables.v"}]}
    spec["variables"] = [{"name": "v", "expression": wrong if part == "variable" else "true"}]
    if part == "condition":
        spec["matchConditions"] = [{"name": "c", "expression": wrong}]
    guard(admin, rule("configmaps"), failurePolicy=policy, **spec)

    made = admin.post(CONFIGS, config("a", there="y"))

    assert made.status == status
    if status == 422:
        assert "resulted in error" in made.message


def test_warn_lets_through_and_tells_and_audit_is_silent(admin: Client) -> None:
    write_policy(admin, rule("configmaps"))
    bind(admin, "Warn", "Audit")
    made = admin.post(CONFIGS, config("a"))
    assert made.status == 201
    told = "Validation failed for ValidatingAdmissionPolicy 'guard' with binding 'bound': never"
    assert made.headers["Warning"] == f'299 - "{told}"'


def test_a_validation_names_its_own_reason(admin: Client) -> None:
    guard(admin, rule("configmaps"), validations=[{"expression": "false", "reason": "Forbidden"}])
    refused = admin.post(CONFIGS, config("a"))
    assert (refused.status, refused.body["reason"]) == (403, "Forbidden")


def test_a_changed_policy_is_compiled_anew(admin: Client) -> None:
    guard(admin, rule("configmaps"))
    assert admin.post(CONFIGS, config("a")).status == 422
    admin.patch(f"{POLICIES}/guard", {"spec": {"validations": [{"expression": "true"}]}})
    assert admin.post(CONFIGS, config("a")).status == 201
    admin.patch(f"{POLICIES}/guard", {"spec": {"validations": NEVER}})
    assert admin.post(CONFIGS, config("b")).status == 422
    assert admin.delete(f"{POLICIES}/guard").status == 200
    assert admin.post(CONFIGS, config("b")).status == 201


def test_policies_never_lock_out_who_mends_them(admin: Client) -> None:
    guard(admin, rule("*"))
    assert admin.post(CONFIGS, config("a")).status == 422
    assert admin.delete(f"{BINDINGS}/bound").status == 200
    assert admin.post(CONFIGS, config("a")).status == 201


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("object.spec.replicas >", "Syntax error"),
        ("nothing == 1", "undeclared reference to 'nothing'"),
        ("object.metadata.name", "must evaluate to bool"),
        ("'a' + 1 == 'b'", "no matching overload"),
        ("quantity('1Gi').isGreaterThan(quantity('1Mi'))", "undeclared reference to 'quantity'"),
        (
            "authorizer.group('').resource('pods').check('get').allowed()",
            "undeclared reference to 'authorizer'",
        ),
        ("variables.absent == 1", "undeclared reference to 'variables"),
        ("params.replicas == 1", "undeclared reference to 'params"),
        ("", "Required value"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_at_apply(admin: Client, expression: str, why: str) -> None:
    refused = write_policy(admin, rule("configmaps"), validations=[{"expression": expression}])
    assert refused.status == 422
    assert "spec.validations[0].expression" in refused.message and why in refused.message


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}, "spec.paramKind"),
        ({"matchConditions": [{"name": "x", "expression": "1"}]}, "spec.matchConditions[0].expression"),
        ({"variables": [{"name": "a-b", "expression": "1"}]}, "spec.variables[0].name"),
        ({"failurePolicy": "Maybe"}, "spec.failurePolicy"),
        ({"validations": [{"expression": "true", "messageExpression": "1"}]}, "messageExpression"),
        ({"validations": []}, "spec.validations"),
        ({"match": {"resourceRules": []}}, "spec.matchConstraints.resourceRules"),
        ({"match": {"resourceRules": [rule("pods", "EDIT")]}}, "operations[0]"),
        ({"match": {"resourceRules": [rule("* pods")]}}, "resourceRules[0].resources"),
        ({"match": {"resourceRules": [rule("pods", "* CREATE")]}}, "resourceRules[0].operations"),
        ({"match": {"resourceRules": [rule("pods", scope="All")]}}, "scope"),
    ],
)
def test_a_policy_that_says_what_is_not_played_is_refused(admin: Client, spec: Any, field: str) -> None:
    refused = write_policy(admin, rule("configmaps"), **spec)
    assert refused.status == 422
    assert field in refused.message


def test_a_second_apply_of_our_manifests_changes_nothing(server: ClusterServer, admin: Client) -> None:
    """kubectl sends a patch when a field of the manifest differs in the object; it compares these lists
    whole."""
    for manifest in cluster_manifests("myeks"):
        plural = next(each for each in RESOURCES.values() if each.kind == manifest["kind"])
        place = f"/apis/{plural.api_version}/{plural.plural}"
        assert admin.post(place, manifest).status == 201
        live = admin.get(f"{place}/{manifest['metadata']['name']}").body
        assert differences(manifest, live) == []


def differences(wanted: Any, live: Any, path: str = "") -> list[str]:
    if isinstance(wanted, dict) and isinstance(live, dict):
        return [row for key in wanted for row in differences(wanted[key], live.get(key), f"{path}.{key}")]
    return [] if wanted == live else [path]
