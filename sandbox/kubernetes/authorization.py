"""RBAC: what the cluster's stored roles and bindings let a user do.

Source: Kubernetes documentation, "Using RBAC Authorization"; texts from k8s.io/apiserver
`pkg/endpoints/handlers/responsewriters/errors.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes.errors import ApiError, forbidden
from sandbox.kubernetes.requests import Request, Target, User
from sandbox.kubernetes.store import NotFound, Store

Object = dict[str, Any]


@dataclass(frozen=True)
class Attributes:
    """The action to authorize: a verb on a resource, or on a non-resource `path`."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """`pods` or `pods/eviction`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True)
class Grant:
    """One rule that applies to a user, and the text that says where it comes from."""

    rule: Object
    reason: str


class Authorizer:
    """Decides by one store's ClusterRoles, Roles and bindings."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reason_to_allow(self, user: User, asked: Attributes) -> str | None:
        """Why the user is allowed, or None: RBAC has no deny rules."""
        if user.is_admin:
            return "the user is a member of system:masters"
        return next(
            (grant.reason for grant in self.grants(user, asked.namespace) if _covers(grant.rule, asked)), None
        )

    def check(self, request: Request, target: Target, user: User) -> None:
        """Raise ApiError 403 with the real text if the user is not allowed."""
        name = target.name or _selected_name(request)
        resource = target.resource
        asked = Attributes(
            target.verb, resource.group, resource.plural, target.subresource, name, target.namespace or ""
        )
        if self.reason_to_allow(user, asked) is not None:
            return
        where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
        why = (
            f'User "{user.name}" cannot {target.verb} resource "{asked.full_resource}" in API group '
            f'"{resource.group}" {where}'
        )
        raise forbidden(resource, target.name, why)

    def check_path(self, request: Request, user: User) -> None:
        """Raise ApiError 403 if the user may not read a non-resource path such as `/version`."""
        if self.reason_to_allow(user, Attributes(request.method.lower(), path=request.path)) is None:
            text = f'forbidden: User "{user.name}" cannot {request.method.lower()} path "{request.path}"'
            raise ApiError(403, "Forbidden", text)

    def grants(self, user: User, namespace: str = "") -> Iterator[Grant]:
        """The rules that apply to the user at cluster scope and in `namespace`."""
        for binding in self._store.peek_all("clusterrolebindings")[0]:
            yield from self._bound(binding, user, "")
        if namespace:
            for binding in self._store.peek_all("rolebindings", namespace)[0]:
                yield from self._bound(binding, user, namespace)

    def _bound(self, binding: Object, user: User, namespace: str) -> Iterator[Grant]:
        subject = next(
            (row for row in binding.get("subjects") or [] if _is_subject(row, user, namespace)), None
        )
        if subject is None:
            return
        kind, name = binding["roleRef"]["kind"], binding["roleRef"]["name"]
        try:
            role = self._store.peek(f"{kind.lower()}s", namespace if kind == "Role" else None, name)
        except NotFound:
            return
        place = f"{binding['metadata']['name']}/{namespace}" if namespace else binding["metadata"]["name"]
        reason = (
            f'RBAC: allowed by {binding["kind"]} "{place}" of {kind} "{name}" to {subject["kind"]} '
            f'"{subject["name"]}"'
        )
        for rule in role.get("rules") or []:
            yield Grant(rule, reason)


def _is_subject(subject: Object, user: User, namespace: str) -> bool:
    kind, name = subject.get("kind"), subject.get("name")
    if kind == "User":
        return name == user.name
    if kind == "Group":
        return name in user.groups
    account = f"system:serviceaccount:{subject.get('namespace') or namespace}:{name}"
    return kind == "ServiceAccount" and user.name == account


def _covers(rule: Object, asked: Attributes) -> bool:
    if not _among(asked.verb, rule.get("verbs")):
        return False
    if asked.path:
        return any(_path_matches(pattern, asked.path) for pattern in rule.get("nonResourceURLs") or [])
    if not _among(asked.group, rule.get("apiGroups")):
        return False
    resources = rule.get("resources") or []
    below = asked.subresource and f"*/{asked.subresource}" in resources
    if not below and not _among(asked.full_resource, resources):
        return False
    names = rule.get("resourceNames") or []
    return not names or asked.name in names


def _among(value: str, allowed: list[str] | None) -> bool:
    return allowed is not None and (value in allowed or "*" in allowed)


def _path_matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def _selected_name(request: Request) -> str:
    """With fieldSelector `metadata.name=x`, a list or watch counts as a request for x, for resourceNames."""
    for part in request.query.get("fieldSelector", "").split(","):
        path, _, value = part.partition("=")
        if path == "metadata.name":
            return value.lstrip("=")
    return ""
