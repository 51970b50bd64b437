"""The scope `workload`: which workloads mount a claim, and which Services send them traffic."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from snapkeep.domain.objects.references import pod_labels, references

WORKLOADS = (
    "pods",
    "replicationcontrollers",
    "replicasets.apps",
    "daemonsets.apps",
    "deployments.apps",
    "statefulsets.apps",
    "jobs.batch",
    "cronjobs.batch",
)
"""The kinds that mount claims."""


def mounts(item: Mapping[str, Any], claims: Collection[str]) -> bool:
    """Whether the pods of a workload mount any of these claims of its namespace."""
    return not references(item).claims.isdisjoint(claims) or any(_from_template(item, claims))


def _from_template(item: Mapping[str, Any], claims: Collection[str]) -> Iterator[bool]:
    """A StatefulSet names its claims TEMPLATE-SET-ORDINAL.

    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
    """
    if item.get("kind") != "StatefulSet":
        return
    name = (item.get("metadata") or {}).get("name")
    for template in (item.get("spec") or {}).get("volumeClaimTemplates") or ():
        prefix = f"{(template.get('metadata') or {}).get('name')}-{name}-"
        yield from (claim.startswith(prefix) and claim[len(prefix) :].isdecimal() for claim in claims)


def selects(service: Mapping[str, Any], workloads: Collection[Mapping[str, Any]]) -> bool:
    """Whether a Service's selector matches the pods of any of these; one without a selector matches none."""
    selector = (service.get("spec") or {}).get("selector") or {}
    return bool(selector) and any(selector.items() <= pod_labels(each).items() for each in workloads)
