"""ValidatingAdmissionPolicies in force: the checks on a write that is otherwise valid.

The sandbox's controllers bypass these checks by writing to the store directly; those of a real cluster use
the API and are checked, too. Source: k8s.io/apiserver `pkg/admission/plugin/policy/validating/dispatcher.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.kubernetes import errors
from sandbox.kubernetes.cel import CelError, Program
from sandbox.kubernetes.policies import Policy, Validation, compiled
from sandbox.kubernetes.policy_matching import Write, matches
from sandbox.kubernetes.requests import Request, Target
from sandbox.kubernetes.reviews import REVIEWS
from sandbox.kubernetes.store import NotFound, Store

Object = dict[str, Any]

_CODES = {"Unauthorized": 401, "Forbidden": 403, "RequestEntityTooLarge": 413}
_EXEMPT = frozenset({"validatingadmissionpolicies", "validatingadmissionpolicybindings", *REVIEWS})
"""Policies may not lock out those who repair policies, nor hide who has which rights."""

Complaint = tuple[str, str]
"""The message and the reason of one failed validation."""


class Policies:
    """One store's policies and bindings; each is compiled once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._compiled: dict[tuple[str, str], tuple[Policy, list[dict[str, str]]]] = {}

    def check(
        self, request: Request, target: Target, operation: str, obj: Object | None, old: Object | None = None
    ) -> None:
        """Raise ApiError (422 unless the validation says otherwise) if a binding denies; if one warns, add a
        warning to the request."""
        bindings = self._store.peek_all("validatingadmissionpolicybindings")[0]
        if not bindings or target.resource.plural in _EXEMPT:
            return
        write = Write(request, target, operation, obj, old, self._namespace(target))
        for binding in bindings:
            spec = binding["spec"]
            try:
                policy = self._store.peek("validatingadmissionpolicies", None, spec["policyName"])
            except NotFound:
                continue
            if not matches(policy["spec"].get("matchConstraints") or {}, write):
                continue
            if matches(spec.get("matchResources") or {}, write):
                self._act(write, policy, binding)

    def _act(self, write: Write, policy: Object, binding: Object) -> None:
        name, bound = policy["metadata"]["name"], binding["metadata"]["name"]
        actions = binding["spec"].get("validationActions") or []
        for message, reason in self._complaints(policy, write):
            if "Warn" in actions:
                told = f"ValidatingAdmissionPolicy '{name}' with binding '{bound}': {message}"
                write.request.warnings.append(f"Validation failed for {told}")
            if "Deny" in actions:
                text = f"ValidatingAdmissionPolicy '{name}' with binding '{bound}' denied request: {message}"
                refusal = errors.forbidden(write.target.resource, _told(write), text, [{"message": text}])
                refusal.reason, refusal.code = reason, _CODES.get(reason, 422)
                raise refusal

    def _complaints(self, policy: Object, write: Write) -> Iterator[Complaint]:
        programs, broken = self._programs(policy)
        fails = policy["spec"].get("failurePolicy", "Fail") == "Fail"
        if broken:
            if fails:
                yield broken[0]["message"], "Invalid"
            return
        values = _values(write)
        try:
            applies = _conditions_hold(programs, values)
        except CelError as problem:
            if fails:
                yield str(problem), "Invalid"
            return
        if not applies:
            return
        _set_variables(programs, values)
        for validation in programs.validations:
            try:
                if validation.expression.evaluate(values) is not True:
                    yield _message(validation, values), validation.reason
            except CelError as problem:
                if fails:
                    yield str(_failed(validation.expression, problem)), "Invalid"

    def _programs(self, policy: Object) -> tuple[Policy, list[dict[str, str]]]:
        meta = policy["metadata"]
        key = (meta["uid"], meta["resourceVersion"])
        if key not in self._compiled:
            self._compiled = {kept: each for kept, each in self._compiled.items() if kept[0] != meta["uid"]}
            self._compiled[key] = compiled(policy)
        return self._compiled[key]

    def _namespace(self, target: Target) -> Object | None:
        if target.namespace is None:
            return None
        try:
            return self._store.peek("namespaces", None, target.namespace)
        except NotFound:
            return None


def _told(write: Write) -> str:
    """The name in the refusal; deletecollection has none."""
    return "Unknown" if write.target.verb == "deletecollection" else write.name


def _conditions_hold(programs: Policy, values: Object) -> bool:
    """Whether every match condition is true: a false one decides, even if another fails with an error."""
    failure: CelError | None = None
    for program in programs.conditions:
        try:
            if program.evaluate(values) is not True:
                return False
        except CelError as problem:
            failure = failure or _failed(program, problem)
    if failure:
        raise failure
    return True


def _failed(program: Program, problem: CelError) -> CelError:
    return CelError(f"expression '{program.text}' resulted in error: {problem}")


def _set_variables(programs: Policy, values: Object) -> None:
    """Add `variables.*`; one that fails stays unset, so any expression that uses it fails, too."""
    for name, program in programs.variables:
        try:
            values[f"variables.{name}"] = program.evaluate(values)
        except CelError:
            continue


def _message(validation: Validation, values: Object) -> str:
    """The message expression's result if usable; then the message, then the expression."""
    told = ""
    if validation.message_expression:
        try:
            told = validation.message_expression.evaluate(values).strip()
        except CelError:
            told = ""
    if told and "\n" not in told:
        return str(told)
    return validation.message.strip() or f"failed expression: {validation.expression.text.strip()}"


def _values(write: Write) -> Object:
    return {
        "object": write.obj,
        "oldObject": write.old,
        "request": _request(write),
        "namespaceObject": write.namespace,
    }


def _request(write: Write) -> Object:
    """The AdmissionRequest. https://kubernetes.io/docs/reference/config-api/apiserver-admission.v1/"""
    target, user = write.target, write.request.user
    resource = target.resource
    group, _, version = (write.obj or write.old or {}).get("apiVersion", resource.api_version).rpartition("/")
    kind = {
        "group": group,
        "version": version,
        "kind": (write.obj or write.old or {}).get("kind", resource.kind),
    }
    where = {"group": resource.group, "version": resource.version, "resource": resource.plural}
    who: Object = {}
    if user is not None:
        who = {"username": user.name, "uid": user.uid, "groups": list(user.groups)}
    return {
        "kind": kind,
        "resource": where,
        "subResource": target.subresource,
        "requestKind": kind,
        "requestResource": where,
        "requestSubResource": target.subresource,
        "name": write.name,
        "namespace": target.namespace or (write.name if resource.plural == "namespaces" else ""),
        "operation": write.operation,
        "userInfo": {key: value for key, value in who.items() if value},
        "dryRun": write.request.flag("dryRun"),
    }
