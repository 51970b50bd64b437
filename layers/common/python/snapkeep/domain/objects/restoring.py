"""What is made of saved objects in another namespace, or in their own after it was lost; what is left out,
and what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.references import references

Document = Mapping[str, Any]

CLAIM = "PersistentVolumeClaim"
OF_CLUSTER = {
    "PersistentVolume": "the restores of claims make new volumes",
    "StorageClass": "it belongs to the whole cluster",
}
"""Kinds that are never made, and why."""

UNWANTED = "you left it out"
"""Why an object is not made that somebody does not want."""

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label with which selectors choose a namespace by its name."""

OPAQUE = frozenset({"data", "binaryData", "labels", "annotations", "matchLabels", "env"})
"""Fields whose contents people name: a key `namespace` in them does not mean a namespace of Kubernetes."""


@dataclass(frozen=True, slots=True)
class Left:
    """An object that is not made, and why."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class NamespacePlan:
    """What restores a namespace. `claims` are claims by name with the recovery point to restore each from;
    they must exist before `objects` are applied, in this order: a StatefulSet makes empty claims where it
    finds none. `empty` are claims that have no point. `mentions` are objects whose text still has a DNS name
    in the old namespace.
    """

    objects: tuple[Document, ...]
    claims: Mapping[str, str]
    left_out: tuple[Left, ...]
    empty: tuple[str, ...]
    mentions: tuple[str, ...]


def plan_namespace(
    documents: Iterable[Document], points: Mapping[str, str], old: str, new: str
) -> NamespacePlan:
    """The plan for the documents of an archive of the namespace `old`; `points` are the ready recovery points
    of the run there, by claim."""
    made: list[Document] = []
    left: list[Left] = []
    wanted: set[str] = set()
    for item in documents:
        kind, name = str(item.get("kind")), name_of(item)
        if kind == CLAIM and not _elsewhere(item, old):
            wanted.add(name)
        if why := OF_CLUSTER.get(kind) or _elsewhere(item, old) or _of_claim(item, points):
            left.append(Left(kind, name, why))
            continue
        wanted |= references(item).claims | set(template_claims(item))
        made.append(moved(item, old, new))
    return NamespacePlan(
        objects=tuple(made),
        claims=dict(sorted(points.items())),
        left_out=tuple(left),
        empty=tuple(sorted(wanted - set(points))),
        mentions=tuple(_mentions(made, old)) if old != new else (),
    )


def without(plan: NamespacePlan, unwanted: Collection[str]) -> NamespacePlan:
    """The plan without objects of kinds, or single objects as KIND/NAME, that somebody does not want.

    Raises ValueError with what the plan does not have.
    """
    wishes = {wish.lower() for wish in unwanted}
    found: set[str] = set()
    gone: list[Left] = []

    def wanted(kind: str, name: str) -> bool:
        here = {kind.lower(), f"{kind.lower()}/{name}"} & wishes
        found.update(here)
        if here:
            gone.append(Left(kind, name, UNWANTED))
        return not here

    objects = tuple(each for each in plan.objects if wanted(str(each["kind"]), name_of(each)))
    claims = {name: point for name, point in plan.claims.items() if wanted(CLAIM, name)}
    if unknown := wishes - found:
        raise ValueError(", ".join(sorted(unknown)))
    return replace(plan, objects=objects, claims=claims, left_out=(*plan.left_out, *gone))


def _elsewhere(item: Document, old: str) -> str:
    """Why an object is not one of the namespace; "" for one that is. An archive that somebody altered must
    not lead a person to apply anything elsewhere with their rights."""
    metadata = item.get("metadata") or {}
    place = metadata.get("name") if item.get("kind") == "Namespace" else metadata.get("namespace")
    return "" if place == old else f"it is not of namespace {old}"


def _of_claim(item: Document, points: Mapping[str, str]) -> str:
    """Why a claim is not applied; "" for any other kind."""
    if item.get("kind") != CLAIM:
        return ""
    point = points.get(name_of(item))
    return f"it is restored from {point}" if point else "the run has no ready recovery point for it"


def template_claims(item: Document) -> Iterator[str]:
    """The claims that a StatefulSet makes unless they exist: TEMPLATE-SET-ORDINAL. None for other kinds.

    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
    """
    if item.get("kind") != "StatefulSet":
        return
    spec = item.get("spec") or {}
    start, count = (spec.get("ordinals") or {}).get("start", 0), spec.get("replicas", 1)
    for template in spec.get("volumeClaimTemplates") or ():
        for ordinal in range(start, start + count):
            yield f"{name_of(template)}-{name_of(item)}-{ordinal}"


def moved(item: Document, old: str, new: str) -> Document:
    """The object in the new namespace, and what it says about the old one rewritten."""
    if old == new:
        return item
    found = {key: value if key in OPAQUE else _rewritten(value, old, new) for key, value in item.items()}
    if item.get("kind") == "Namespace":
        found["metadata"] = {**found["metadata"], "name": new}
    return found


def _rewritten(value: Any, old: str, new: str) -> Any:
    """A value that says `new` where a field `namespace`, a list `namespaces` or a selector of a namespace's
    name says `old`."""
    if isinstance(value, list):
        return [_rewritten(each, old, new) for each in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("key") == NAMESPACE_NAME and isinstance(value.get("values"), list):
        return {**value, "values": _renamed(value["values"], old, new)}
    result: dict[str, Any] = {}
    for key, each in value.items():
        if key in ("namespace", NAMESPACE_NAME) and each == old:
            result[key] = new
        elif key == "namespaces" and isinstance(each, list):
            result[key] = _renamed(each, old, new)
        elif key == "matchLabels" and isinstance(each, Mapping):
            named = each.get(NAMESPACE_NAME) == old
            result[key] = {**each, NAMESPACE_NAME: new} if named else each
        else:
            result[key] = each if key in OPAQUE else _rewritten(each, old, new)
    return result


def _renamed(names: Sequence[Any], old: str, new: str) -> list[Any]:
    return [new if each == old else each for each in names]


def _mentions(items: Sequence[Document], old: str) -> Iterator[str]:
    """Objects with text such as `db.shop.svc` or `db.shop:5432`: a name of DNS in the old namespace.

    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
    """
    name = re.compile(rf"[a-z0-9]\.{re.escape(old)}(\.svc\b|[:/]|\Z)")
    for item in items:
        if any(name.search(text) for text in _texts(item)):
            yield f"{item.get('kind')} {name_of(item)}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
