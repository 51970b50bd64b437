"""Which requests an admission policy and its binding match.

Source: k8s.io/apiserver `pkg/admission/plugin/policy/generic`, `.../webhook/predicates/rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes.requests import Request, Target
from sandbox.kubernetes.selectors import matches_selector

Object = dict[str, Any]


@dataclass(frozen=True)
class Write:
    """One write on its way to the store: `obj` is None for DELETE, `old` for CREATE; `namespace` is the
    Namespace object, None for cluster-scoped kinds."""

    request: Request
    target: Target
    operation: str
    obj: Object | None
    old: Object | None
    namespace: Object | None = None

    @property
    def name(self) -> str:
        """The object's name, empty until it is generated."""
        if self.target.name:
            return self.target.name
        return str(((self.obj or self.old or {}).get("metadata") or {}).get("name") or "")


def matches(match: Object, write: Write) -> bool:
    """Whether `matchConstraints` or `matchResources` select a write. Without rules, all resources match."""
    if not _namespace_matches(match.get("namespaceSelector"), write):
        return False
    if not _object_matches(match.get("objectSelector"), write):
        return False
    if any(_rule_matches(rule, write) for rule in match.get("excludeResourceRules") or []):
        return False
    rules = match.get("resourceRules")
    return not rules or any(_rule_matches(rule, write) for rule in rules)


def _namespace_matches(selector: Object | None, write: Write) -> bool:
    if not selector:
        return True
    if write.target.resource.plural == "namespaces":
        return matches_selector(selector, _labels(write.obj or write.old))
    if write.target.namespace is None:
        return True
    return matches_selector(selector, _labels(write.namespace))


def _object_matches(selector: Object | None, write: Write) -> bool:
    if not selector:
        return True
    return any(matches_selector(selector, _labels(obj)) for obj in (write.obj, write.old) if obj is not None)


def _labels(obj: Object | None) -> dict[str, str]:
    return ((obj or {}).get("metadata") or {}).get("labels") or {}


def _rule_matches(rule: Object, write: Write) -> bool:
    resource = write.target.resource
    scope = rule.get("scope") or "*"
    scoped = write.target.namespace is not None
    if scope != "*" and (scope == "Namespaced") is not scoped:
        return False
    if not _among(resource.group, rule.get("apiGroups")) or not _among(
        resource.version, rule.get("apiVersions")
    ):
        return False
    if not _among(write.operation, rule.get("operations")):
        return False
    names = rule.get("resourceNames")
    if names and write.name not in names:
        return False
    return any(_resource_matches(pattern, write.target) for pattern in rule.get("resources") or [])


def _resource_matches(pattern: str, target: Target) -> bool:
    """`pods`, `pods/eviction`, `pods/*`, `*/scale`, `*` (no subresources) and `*/*`."""
    resource, slash, below = pattern.partition("/")
    if resource not in ("*", target.resource.plural):
        return False
    return below in ("*", target.subresource) if slash else not target.subresource


def _among(value: str, wanted: list[str] | None) -> bool:
    return wanted is not None and ("*" in wanted or value in wanted)
