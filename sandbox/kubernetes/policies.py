"""A ValidatingAdmissionPolicy compiled to programs, and what is wrong with one that does not compile.

Source: Kubernetes documentation, "Validating Admission Policy", and k8s.io/kubernetes
`pkg/apis/admissionregistration/validation`. A policy with parameters (`paramKind`) is refused: parameters
are not supported here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.kubernetes.causes import (
    Causes,
    duplicate,
    forbidden_field,
    invalid_value,
    not_supported,
    required,
)
from sandbox.kubernetes.cel import CelError, Environment, Program

Object = dict[str, Any]

ACTIONS = ["Audit", "Deny", "Warn"]
OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]
REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]
_ALONE = {
    "apiGroups": "API groups",
    "apiVersions": "API versions",
    "operations": "operations",
    "resources": "resources without subresources",
}
_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")


@dataclass(frozen=True)
class Validation:
    """One rule: what must hold, and the message if it does not."""

    expression: Program
    message: str
    message_expression: Program | None
    reason: str


@dataclass
class Policy:
    """A policy's programs, in evaluation order."""

    conditions: list[Program] = field(default_factory=list)
    variables: list[tuple[str, Program]] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)


def compiled(obj: Object) -> tuple[Policy, Causes]:
    """The policy, and its expressions that do not compile: use the policy only if there are none."""
    spec = obj.get("spec") or {}
    policy, environment = Policy(), Environment()
    causes: Causes = []

    def program(place: str, text: Any, wanted: str = "") -> Program | None:
        try:
            return environment.compile(text, wanted)
        except CelError as problem:
            missing = required(place, "expression is not specified")
            causes.extend(invalid_value(place, text, str(problem)) if text else missing)
            return None

    for index, row in enumerate(spec.get("matchConditions") or []):
        found = program(f"spec.matchConditions[{index}].expression", row.get("expression"), "bool")
        if found:
            policy.conditions.append(found)
    for index, row in enumerate(spec.get("variables") or []):
        found = program(f"spec.variables[{index}].expression", row.get("expression"))
        name = row.get("name")
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
            causes += invalid_value(f"spec.variables[{index}].name", name, "must be a valid CEL identifier")
        elif found:
            policy.variables.append((name, found))
            environment.declare(name, found.type)
    for index, row in enumerate(spec.get("validations") or []):
        validation = _validation(f"spec.validations[{index}]", row, program)
        if validation:
            policy.validations.append(validation)
    for index, row in enumerate(spec.get("auditAnnotations") or []):
        program(f"spec.auditAnnotations[{index}].valueExpression", row.get("valueExpression"), "string")
    return policy, causes


def _validation(place: str, row: Object, program: Callable[..., Program | None]) -> Validation | None:
    found = program(f"{place}.expression", row.get("expression"), "bool")
    telling = row.get("messageExpression")
    message = program(f"{place}.messageExpression", telling, "string") if telling else None
    if found is None:
        return None
    return Validation(found, row.get("message", ""), message, row.get("reason") or "Invalid")


def check_policy(obj: Object) -> Causes:
    """The rules that a ValidatingAdmissionPolicy breaks."""
    spec = obj.get("spec") or {}
    causes: Causes = []
    if spec.get("paramKind"):
        causes += forbidden_field("spec.paramKind", "the sandbox plays no parameters of policies")
    if spec.get("failurePolicy") not in ("Fail", "Ignore"):
        causes += not_supported("spec.failurePolicy", spec.get("failurePolicy"), ["Fail", "Ignore"])
    if not spec.get("matchConstraints"):
        causes += required("spec.matchConstraints")
    else:
        causes += _matching("spec.matchConstraints", spec["matchConstraints"], True)
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        for name in ("validations", "auditAnnotations"):
            text = "validations or auditAnnotations must contain at least one item"
            causes += required(f"spec.{name}", text)
    for index, row in enumerate(spec.get("validations") or []):
        if row.get("reason") and row["reason"] not in REASONS:
            causes += not_supported(f"spec.validations[{index}].reason", row["reason"], REASONS)
        if "\n" in row.get("message", ""):
            causes += invalid_value(
                f"spec.validations[{index}].message", row["message"], "message must not contain line breaks"
            )
    causes += _once("spec.variables", spec.get("variables"))
    causes += _once("spec.matchConditions", spec.get("matchConditions"))
    return causes + compiled(obj)[1]


def check_binding(obj: Object) -> Causes:
    """The rules that a ValidatingAdmissionPolicyBinding breaks."""
    spec = obj.get("spec") or {}
    causes = [] if spec.get("policyName") else required("spec.policyName")
    if spec.get("paramRef"):
        causes += forbidden_field("spec.paramRef", "the sandbox plays no parameters of policies")
    actions = spec.get("validationActions") or []
    if not actions:
        causes += required("spec.validationActions", "at least one validation action is required")
    for index, action in enumerate(actions):
        if action not in ACTIONS:
            causes += not_supported(f"spec.validationActions[{index}]", action, ACTIONS)
        elif action in actions[:index]:
            causes += duplicate(f"spec.validationActions[{index}]", action)
    if {"Deny", "Warn"} <= set(actions):
        text = (
            "must not contain both Deny and Warn (repeating the same validation failure information in the "
        )
        causes += invalid_value(
            "spec.validationActions", actions, f"{text}API response and headers serves no purpose)"
        )
    if spec.get("matchResources"):
        causes += _matching("spec.matchResources", spec["matchResources"], False)
    return causes


def _matching(place: str, match: Object, needs_rules: bool) -> Causes:
    causes: Causes = []
    if needs_rules and not match.get("resourceRules"):
        causes += required(f"{place}.resourceRules")
    for kind in ("resourceRules", "excludeResourceRules"):
        for index, rule in enumerate(match.get(kind) or []):
            where = f"{place}.{kind}[{index}]"
            for number, operation in enumerate(rule.get("operations") or []):
                if operation not in OPERATIONS:
                    causes += not_supported(f"{where}.operations[{number}]", operation, OPERATIONS)
            for name, others in _ALONE.items():
                causes += [] if rule.get(name) else required(f"{where}.{name}")
                causes += _alone(f"{where}.{name}", rule.get(name) or [], others)
            if rule.get("scope", "*") not in ("*", "Cluster", "Namespaced"):
                causes += not_supported(f"{where}.scope", rule["scope"], ["*", "Cluster", "Namespaced"])
    return causes


def _alone(place: str, values: list[str], others: str) -> Causes:
    """A wildcard stands for all, so nothing may accompany it; subresources may accompany `*`."""
    if "*/*" in values and len(values) > 1:
        return invalid_value(place, values, "if '*/*' is present, must not specify other resources")
    if "*" in values and any(value != "*" and "/" not in value for value in values):
        return invalid_value(place, values, f"if '*' is present, must not specify other {others}")
    return []


def _once(place: str, rows: list[Object] | None) -> Causes:
    names = [row.get("name") for row in rows or []]
    return [
        cause
        for index, name in enumerate(names)
        if name in names[:index]
        for cause in invalid_value(f"{place}[{index}].name", name, "the name is there already")
    ]
