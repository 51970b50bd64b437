"""Admission policies as tests write them."""

from typing import Any

from tests.contract.sandbox_kubernetes.client import Answer, Client

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
POLICIES = f"{ADMISSION}/validatingadmissionpolicies"
BINDINGS = f"{ADMISSION}/validatingadmissionpolicybindings"
NEVER = [{"expression": "false", "message": "never"}]


def rule(resources: str, operations: str = "*", **more: Any) -> dict[str, Any]:
    return {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": operations.split(),
        "resources": resources.split(),
        **more,
    }


def write_policy(admin: Client, *rules: dict[str, Any], validations: Any = NEVER, **spec: Any) -> Answer:
    match = {"resourceRules": list(rules), **spec.pop("match", {})}
    wanted = {"matchConstraints": match, "validations": validations, **spec}
    return admin.post(POLICIES, {"metadata": {"name": "guard"}, "spec": wanted})


def bind(admin: Client, *actions: str, **spec: Any) -> None:
    wanted = {"policyName": "guard", "validationActions": list(actions or ["Deny"]), **spec}
    made = admin.post(BINDINGS, {"metadata": {"name": "bound"}, "spec": wanted})
    assert made.status == 201, made.text


def guard(admin: Client, *rules: dict[str, Any], **spec: Any) -> None:
    made = write_policy(admin, *rules, **spec)
    assert made.status == 201, made.text
    bind(admin)


def config(name: str, **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "data": data}
