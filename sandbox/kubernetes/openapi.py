"""The OpenAPI documents: enough to show kubectl that the server validates fields itself.

kubectl looks for a patch operation on the kind that takes `fieldValidation`, and then leaves the check to the
server. Source: Kubernetes documentation, "The Kubernetes API: OpenAPI interface definition".
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sandbox.kubernetes.discovery import served
from sandbox.kubernetes.resources import Resource
from sandbox.kubernetes.store import Store

Object = dict[str, Any]

_INFO = {"title": "Kubernetes", "version": "v1.36.2"}
_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force", "pretty")
_PATCHES = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
)


def document(store: Store, path: str) -> Object | None:
    """The document at an `/openapi/…` path, or None if nothing is there."""
    kinds = served(store)
    if path == "/openapi/v2":
        return _version_2(kinds)
    if path == "/openapi/v3":
        return {"paths": {place: _link(place, rows) for place, rows in _by_place(kinds).items()}}
    rows = _by_place(kinds).get(path.removeprefix("/openapi/v3/"))
    return _version_3(rows) if rows else None


def _by_place(kinds: list[Resource]) -> dict[str, list[Resource]]:
    places: dict[str, list[Resource]] = {}
    for resource in kinds:
        places.setdefault(_root(resource).strip("/"), []).append(resource)
    return places


def _root(resource: Resource) -> str:
    return f"/apis/{resource.api_version}" if resource.group else "/api/v1"


def _link(place: str, rows: list[Resource]) -> Object:
    digest = hashlib.sha256(json.dumps(_version_3(rows)).encode()).hexdigest().upper()
    return {"serverRelativeURL": f"/openapi/v3/{place}?hash={digest}"}


def _path(resource: Resource) -> str:
    middle = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"{_root(resource)}{middle}/{resource.plural}/{{name}}"


def _kind(resource: Resource) -> Object:
    return {"group": resource.group, "kind": resource.kind, "version": resource.version}


def _schema_name(resource: Resource) -> str:
    group = resource.group.partition(".")[0] or "core"
    prefix = ".".join(reversed(resource.group.split("."))) if resource.custom else f"io.k8s.api.{group}"
    return f"{prefix}.{resource.version}.{resource.kind}"


def _schema(resource: Resource) -> Object:
    return {
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
        "x-kubernetes-preserve-unknown-fields": True,
        "x-kubernetes-group-version-kind": [_kind(resource)],
    }


def _version_3(rows: list[Resource]) -> Object:
    def parameter(name: str) -> Object:
        return {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}

    return {
        "openapi": "3.0.0",
        "info": _INFO,
        "paths": {
            _path(resource): {
                "patch": {
                    "parameters": [parameter(name) for name in _PARAMETERS],
                    "requestBody": {"content": {kind: {"schema": {"type": "object"}} for kind in _PATCHES}},
                    "responses": {"200": {"description": "OK"}},
                    "x-kubernetes-action": "patch",
                    "x-kubernetes-group-version-kind": _kind(resource),
                }
            }
            for resource in rows
            if "patch" in resource.verbs
        },
        "components": {"schemas": {_schema_name(resource): _schema(resource) for resource in rows}},
    }


def _version_2(kinds: list[Resource]) -> Object:
    def parameter(name: str) -> Object:
        return {"name": name, "in": "query", "type": "string", "uniqueItems": True}

    return {
        "swagger": "2.0",
        "info": _INFO,
        "paths": {
            _path(resource): {
                "patch": {
                    "consumes": list(_PATCHES),
                    "parameters": [parameter(name) for name in _PARAMETERS],
                    "responses": {"200": {"description": "OK"}},
                    "x-kubernetes-action": "patch",
                    "x-kubernetes-group-version-kind": _kind(resource),
                }
            }
            for resource in kinds
            if "patch" in resource.verbs
        },
        "definitions": {_schema_name(resource): _schema(resource) for resource in kinds},
    }
