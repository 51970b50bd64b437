"""Access and rules reviews, answered from the enforced rules."""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.authorization import Attributes, Authorizer
from sandbox.kubernetes.requests import User
from sandbox.kubernetes.resources import Resource

Object = dict[str, Any]

REVIEWS = frozenset({"selfsubjectaccessreviews", "subjectaccessreviews", "selfsubjectrulesreviews"})


def review(authorizer: Authorizer, resource: Resource, body: Object, user: User) -> Object:
    """The review with its status set."""
    spec = body.get("spec") or {}
    if resource.plural == "selfsubjectrulesreviews":
        status = _rules(authorizer, user, spec.get("namespace", ""))
    else:
        if resource.plural == "subjectaccessreviews":
            user = User(spec.get("user", ""), tuple(spec.get("groups") or ()))
        status = _access(authorizer, user, spec)
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {},
        "spec": spec,
        "status": status,
    }


def _access(authorizer: Authorizer, user: User, spec: Object) -> Object:
    row = spec.get("resourceAttributes")
    if row is not None:
        fields = ("verb", "group", "resource", "subresource", "name", "namespace")
        asked = Attributes(**{field: row.get(field) or "" for field in fields})
    else:
        row = spec.get("nonResourceAttributes") or {}
        asked = Attributes(row.get("verb", ""), path=row.get("path", ""))
    reason = authorizer.reason_to_allow(user, asked)
    return {"allowed": reason is not None} | ({"reason": reason} if reason else {})


def _rules(authorizer: Authorizer, user: User, namespace: str) -> Object:
    everything = [
        {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
        {"verbs": ["*"], "nonResourceURLs": ["*"]},
    ]
    rules = everything if user.is_admin else [grant.rule for grant in authorizer.grants(user, namespace)]
    return {
        "resourceRules": [rule for rule in rules if "resources" in rule],
        "nonResourceRules": [rule for rule in rules if "nonResourceURLs" in rule],
        "incomplete": False,
    }
