"""Which requests an admission policy looks at: rules, scopes, selectors, subresources, conditions."""

import pytest

from tests.contract.sandbox_kubernetes.client import CLAIMS, CONFIGS, NODES, PODS, Client, claim, pod
from tests.contract.sandbox_kubernetes.policies import bind, config, guard, rule, write_policy


@pytest.mark.parametrize(
    ("resources", "stopped"),
    [
        ("pods", {"pod"}),
        ("pods/eviction", {"eviction"}),
        ("pods/status", {"status"}),
        ("pods/*", {"eviction", "status", "pod"}),
        ("*/eviction", {"eviction"}),
        ("*", {"pod"}),
        ("*/*", {"eviction", "status", "pod"}),
        ("nodes pods/binding", set()),
    ],
)
def test_subresources_are_named_apart(admin: Client, resources: str, stopped: set[str]) -> None:
    admin.post(PODS, pod("a"))
    guard(admin, rule(resources))

    asked = {
        "eviction": admin.post(f"{PODS}/a/eviction?dryRun=All", {"metadata": {"name": "a"}}),
        "status": admin.patch(f"{PODS}/a/status", {"status": {"phase": "Running"}}),
        "pod": admin.patch(f"{PODS}/a", {"metadata": {"labels": {"a": "b"}}}),
    }
    assert {name for name, answer in asked.items() if answer.status == 422} == stopped


def test_an_eviction_is_no_delete(admin: Client) -> None:
    admin.post(PODS, pod("a"))
    guard(admin, rule("pods", "DELETE"))
    assert admin.delete(f"{PODS}/a").status == 422
    assert admin.post(f"{PODS}/a/eviction", {"metadata": {"name": "a"}}).status == 201


def test_replicas_are_guarded_below_scale_only(admin: Client) -> None:
    deployments = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod("x")["spec"]}
    spec = {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    admin.post(deployments, {"metadata": {"name": "web"}, "spec": spec})
    few = [{"expression": "object.spec.replicas < 5", "messageExpression": "object.kind + ' is too much'"}]
    guard(admin, rule("deployments/scale"), validations=few)

    assert admin.patch(f"{deployments}/web/scale", {"spec": {"replicas": 4}}).status == 200
    assert (
        "denied request: Scale is too much"
        in admin.patch(f"{deployments}/web/scale", {"spec": {"replicas": 9}}).message
    )


@pytest.mark.parametrize(
    ("scope", "stopped"), [("*", {"claim", "node"}), ("Cluster", {"node"}), ("Namespaced", {"claim"})]
)
def test_the_scope_narrows_a_rule(admin: Client, scope: str, stopped: set[str]) -> None:
    guard(admin, rule("*", "CREATE", scope=scope))
    asked = {
        "claim": admin.post(CLAIMS, claim("a")),
        "node": admin.post(NODES, {"metadata": {"name": "n"}}),
    }
    assert {name for name, answer in asked.items() if answer.status == 422} == stopped


def test_selectors_and_excluded_rules_narrow_a_policy(admin: Client) -> None:
    labelled = {"matchLabels": {"guarded": "yes"}}
    match = {
        "namespaceSelector": labelled,
        "excludeResourceRules": [rule("configmaps", resourceNames=["free"])],
    }
    guard(admin, rule("configmaps namespaces", "CREATE UPDATE"), match=match)
    assert admin.post("/api/v1/namespaces", {"metadata": {"name": "open"}}).status == 201
    assert (
        admin.post("/api/v1/namespaces", {"metadata": {"name": "b", "labels": {"guarded": "yes"}}}).status
        == 422
    )

    admin.patch("/api/v1/namespaces/open", {"metadata": {"labels": {"also": "free"}}})
    assert admin.post("/api/v1/namespaces/open/configmaps", config("a")).status == 201
    assert admin.post(CONFIGS, config("a")).status == 201


def test_an_object_selector_looks_at_both_versions(admin: Client) -> None:
    admin.post(CONFIGS, {"metadata": {"name": "a", "labels": {"guarded": "yes"}}})
    guard(admin, rule("configmaps"), match={"objectSelector": {"matchLabels": {"guarded": "yes"}}})
    assert admin.post(CONFIGS, config("b")).status == 201
    assert admin.patch(f"{CONFIGS}/a", {"metadata": {"labels": None}}).status == 422
    assert admin.patch(f"{CONFIGS}/b", {"metadata": {"labels": {"guarded": "yes"}}}).status == 422


def test_a_binding_narrows_its_policy(admin: Client) -> None:
    write_policy(admin, rule("configmaps"))
    bind(admin, "Deny", matchResources={"resourceRules": [rule("configmaps", resourceNames=["a"])]})
    assert admin.post(CONFIGS, config("a")).status == 422
    assert admin.post(CONFIGS, config("b")).status == 201


def test_conditions_decide_whether_a_policy_is_asked(admin: Client) -> None:
    conditions = [
        {"name": "error", "expression": "object.data.absent == 'x'"},
        {"name": "who", "expression": "'team' in request.userInfo.groups"},
    ]
    guard(admin, rule("configmaps"), matchConditions=conditions)
    assert admin.post(CONFIGS, config("a")).status == 201
