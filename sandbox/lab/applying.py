"""Apply manifests to the store with the API server's defaults; existing objects stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

import yaml

from sandbox.kubernetes.defaults import set_defaults
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import AlreadyExists, Store

Object = dict[str, Any]

MANIFESTS = Path(__file__).parent / "manifests"
STORAGE = "10-storage.yaml"
"""The file of the storage classes and drivers."""
_PLURALS = {row.kind: row.plural for row in RESOURCES.values()}


def manifests(values: Mapping[str, str], name: str = "*.yaml") -> Iterator[Object]:
    """The objects of all manifests (or of one file) in file order, with `${NAME}` replaced from `values`."""
    for path in sorted(MANIFESTS.glob(name)):
        yield from yaml.safe_load_all(Template(path.read_text()).substitute(values))


def apply(store: Store, obj: Object) -> bool:
    """Create the object; False if one with that name exists."""
    resource = RESOURCES[_PLURALS[obj["kind"]]]
    set_defaults(resource, obj, store.list("storageclasses"))
    namespace = obj["metadata"].get("namespace", "default") if resource.namespaced else None
    try:
        store.create(resource.plural, namespace, obj)
    except AlreadyExists:
        return False
    return True
