"""From method and path to target: Kubernetes documentation, "Kubernetes API Concepts"."""

from __future__ import annotations

from sandbox.kubernetes.errors import UnknownPath, method_not_allowed
from sandbox.kubernetes.requests import Request, Target
from sandbox.kubernetes.resources import RESOURCES, Resource

_ITEM_VERBS = {
    "GET": "get",
    "HEAD": "get",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
    "POST": "create",
}
_COLLECTION_VERBS = {"GET": "list", "HEAD": "list", "POST": "create", "DELETE": "deletecollection"}


def resolve(request: Request) -> Target:
    """The target of an `/api/v1/…` or `/apis/<group>/<version>/…` path. Raises UnknownPath if the kind does
    not exist and ApiError 405 for a method that the kind does not support."""
    parts = [part for part in request.path.split("/") if part]
    if parts[:1] == ["api"]:
        group, version, rest = "", parts[1] if len(parts) > 1 else "", parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        raise UnknownPath(request.path)
    namespace, rest = _namespace(rest)
    if not rest or len(rest) > 3:
        raise UnknownPath(request.path)
    resource = _kind(group, version, rest[0])
    if resource is None or (namespace is not None and not resource.namespaced):
        raise UnknownPath(request.path)
    name, subresource = [*rest[1:], "", ""][:2]
    if subresource and subresource not in resource.subresources:
        raise UnknownPath(request.path)
    if name and resource.namespaced and namespace is None:
        raise UnknownPath(request.path)
    verb = _verb(request, resource, name, subresource)
    everywhere = resource.namespaced and namespace is None
    if everywhere and verb not in ("list", "watch"):
        raise method_not_allowed()
    return Target(verb, resource, namespace, name, subresource)


def _namespace(rest: list[str]) -> tuple[str | None, list[str]]:
    """`namespaces/x/pods` is inside x; `namespaces/x` and `namespaces/x/status` are the namespace itself."""
    inside = len(rest) > 2 and rest[0] == "namespaces" and rest[2] in RESOURCES
    return (rest[1], rest[2:]) if inside else (None, rest)


def _kind(group: str, version: str, plural: str) -> Resource | None:
    resource = RESOURCES.get(plural)
    return resource if resource and (resource.group, resource.version) == (group, version) else None


def _verb(request: Request, resource: Resource, name: str, subresource: str) -> str:
    verb = (_ITEM_VERBS if name else _COLLECTION_VERBS).get(request.method, "")
    if verb == "list" and request.flag("watch"):
        verb = "watch"
    creates_below = subresource in ("eviction", "binding")
    if verb == "create" and name and not creates_below:
        verb = ""
    allowed = (verb == "create") if creates_below else verb in resource.verbs
    if not allowed:
        raise method_not_allowed()
    return verb
