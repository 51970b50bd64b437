"""Looks at the cluster and the namespace that a plan is carried out in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snapkeep.domain.object_labels import RESTORED_FROM
from snapkeep.domain.objects.manifests import name_of
from snapkeep.domain.objects.restoring import NamespacePlan, template_claims
from snapkeep_cli.cluster.kubectl import Ask, KubectlFailed
from snapkeep_cli.namespaces.ports import TargetCluster

Document = Mapping[str, Any]

VERBS = ("create", "patch")
"""Server-side apply is a patch; the API server also asks for `create` where the object is new.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#using-server-side-apply-in-a-controller"""

NAMESPACES = "namespaces"
SECRETS = "secrets"
CLAIMS = "persistentvolumeclaims"


@dataclass(frozen=True, slots=True)
class Target:
    """The namespace: its phase ("" if it is absent), the plural names of the plan's kinds that the cluster
    serves, its objects by label (`label_of`), which rights are missing (`create deployments.apps`), which
    kinds the cluster lacks (`Widget of example.com/v1`), the names of its Secrets, None if the person may
    not list them, and the claims that somebody brought.
    """

    phase: str
    resources: Mapping[tuple[str, str], str]
    existing: Mapping[str, Document]
    denied: Sequence[str]
    unserved: Mapping[str, Sequence[str]]
    secrets: frozenset[str] | None
    brought: frozenset[str] = frozenset()

    @property
    def is_absent(self) -> bool:
        """Whether the namespace has to be made."""
        return not self.phase


def label_of(item: Document) -> str:
    """The object as kubectl names it: `deployment.apps/web`."""
    group, _, version = str(item.get("apiVersion")).rpartition("/")
    kind = str(item.get("kind")).lower()
    return f"{kind}.{group}/{name_of(item)}" if group and version else f"{kind}/{name_of(item)}"


def look(cluster: TargetCluster, plan: NamespacePlan, into: str) -> Target:
    """The target of a plan. Raises KubectlFailed, also if the person may not list what is applied."""
    found = cluster.objects(NAMESPACES, "", [into])
    phase = str((found[0].get("status") or {}).get("phase") or "Active") if found else ""
    resources = _resources(cluster, plan)
    unserved: dict[str, list[str]] = {}
    for item in plan.objects:
        if kind_of(item) not in resources:
            version, kind = kind_of(item)
            unserved.setdefault(f"{kind} of {version}", []).append(name_of(item))
    named = sorted({qualified(kind, name) for kind, name in resources.items()} - {NAMESPACES})
    living = cluster.living(named, into) if found and named else []
    return Target(
        phase,
        resources,
        {label_of(item): item for item in living},
        _denied(cluster, resources, into, absent=not found),
        unserved,
        _secrets(cluster, into) if found else frozenset(),
        brought_claims(cluster, plan, into) if found else frozenset(),
    )


def brought_claims(cluster: TargetCluster, plan: NamespacePlan, into: str) -> frozenset[str]:
    """The claims that are there and hold what somebody wanted: restored ones, and those that no StatefulSet
    of the plan can have made, empty. Raises KubectlFailed."""
    made = {name for item in plan.objects for name in template_claims(item)}
    return frozenset(
        name_of(each)
        for each in cluster.living([CLAIMS], into)
        if name_of(each) not in made or RESTORED_FROM in (each["metadata"].get("annotations") or {})
    )


def kind_of(item: Document) -> tuple[str, str]:
    """The API version and the kind of an object."""
    return str(item.get("apiVersion")), str(item.get("kind"))


def _resources(cluster: TargetCluster, plan: NamespacePlan) -> dict[tuple[str, str], str]:
    """The plural names of the plan's kinds, as far as the cluster serves them."""
    kinds = {kind_of(item) for item in plan.objects}
    served = {version: cluster.served(version) for version in sorted({version for version, _ in kinds})}
    return {
        (version, kind): served[version][kind] for version, kind in sorted(kinds) if kind in served[version]
    }


def qualified(kind: tuple[str, str], plural: str) -> str:
    """A resource as kubectl names it: `deployments.apps`."""
    group = kind[0].rpartition("/")[0]
    return f"{plural}.{group}" if group else plural


def _denied(
    cluster: TargetCluster, resources: Mapping[tuple[str, str], str], into: str, *, absent: bool
) -> list[str]:
    asks = [
        Ask(verb, kind[0].rpartition("/")[0], plural, into)
        for kind, plural in resources.items()
        for verb in VERBS
        if plural != NAMESPACES
    ]
    asks += [Ask("create", "", NAMESPACES, "")] if absent else []
    asks.append(Ask("patch", "", NAMESPACES, into))
    answers = cluster.may(asks)
    return [
        f"{ask.verb} {ask.resource}{f'.{ask.group}' if ask.group else ''}"
        for ask, allowed in zip(asks, answers, strict=True)
        if not allowed
    ]


def _secrets(cluster: TargetCluster, into: str) -> frozenset[str] | None:
    try:
        return cluster.names(SECRETS, into)
    except KubectlFailed:
        return None
