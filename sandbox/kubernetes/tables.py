"""Lists as `kubectl get` shows them. Source: Kubernetes documentation, "Receiving resources as Tables"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.kubernetes.columns import COLUMNS, DEFAULT, Column
from sandbox.kubernetes.requests import Object, Request
from sandbox.kubernetes.resources import Resource


def is_table_wanted(accept: str) -> bool:
    """Whether the Accept header prefers a Table."""
    return "as=Table" in accept.partition(",")[0]


def table(resource: Resource, items: list[Object], request: Request, now: datetime) -> Object:
    """The objects as a `meta.k8s.io/v1` Table: cells for people, and the metadata that clients need."""
    columns = COLUMNS.get(resource.plural, DEFAULT)
    include = request.query.get("includeObject", "Metadata")
    version = items[-1]["metadata"].get("resourceVersion", "") if items else ""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version},
        "columnDefinitions": [_definition(column) for column in columns],
        "rows": [
            {"cells": [column.cell(obj, now) for column in columns], "object": _object(obj, include)}
            for obj in items
        ],
    }


def _definition(column: Column) -> Object:
    return {
        "name": column.name,
        "type": "string",
        "format": "name" if column.name == "Name" else "",
        "description": column.name,
        "priority": column.priority,
    }


def _object(obj: Object, include: str) -> Any:
    if include == "Object":
        return obj
    if include == "None":
        return None
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
