"""Policies that take the same claims, as far as the config alone can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from snapkeep.domain.policies import Deployment, Operator, Requirement, Selection
from snapkeep_cli.config.globs import covered, meet


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two policies that both take a claim that fits them; `namespaces` are patterns."""

    first: str
    second: str
    clusters: tuple[str, ...]
    namespaces: tuple[str, ...]

    def __str__(self) -> str:
        everywhere = self.namespaces == ("*",)
        where = "every namespace" if everywhere else f"namespace {', '.join(self.namespaces)}"
        return (
            f"policies {self.first} and {self.second} both take a claim that fits them, in {where} "
            f"(cluster {', '.join(self.clusters)}): each keeps its own points. If one is enough, add "
            "exclusive: true to the one that should take it"
        )


def overlaps(deployment: Deployment) -> Iterator[Overlap]:
    """The pairs of policies in the order of the file; paused, exclusive and opt-in policies are left out."""
    active = [
        policy
        for policy in deployment.policies
        if policy.schedule.enabled and not policy.exclusive and not policy.selection.opt_in_only
    ]
    for one, other in combinations(active, 2):
        if one.method.is_of_volumes is not other.method.is_of_volumes:
            continue  # no claim is on EBS and on EFS
        clusters = tuple(name for name in one.clusters if name in other.clusters)
        namespaces = _shared_namespaces(one.selection, other.selection)
        if clusters and namespaces and not _exclude_each_other(one.selection, other.selection):
            yield Overlap(one.name, other.name, clusters, namespaces)


def _shared_namespaces(one: Selection, other: Selection) -> tuple[str, ...]:
    """Patterns of the namespaces that both cover; where neither pattern covers the other, both are shown."""
    excluded = (*one.exclude_namespaces, *other.exclude_namespaces)
    found: dict[str, None] = {}
    for left, right in product(one.namespaces or ("*",), other.namespaces or ("*",)):
        if not meet(left, right) or covered(left, excluded) or covered(right, excluded):
            continue
        if covered(left, [right]):
            found[left] = None
        else:
            found[right if covered(right, [left]) else f"{left} and {right}"] = None
    return tuple(found)


def _exclude_each_other(one: Selection, other: Selection) -> bool:
    """True when no claim can meet the labels, storage classes and sizes of both."""
    smallest = max(one.min_bytes or 0, other.min_bytes or 0)
    largest = [size for size in (one.max_bytes, other.max_bytes) if size is not None]
    if largest and smallest > min(largest):
        return True
    classes = set(one.storage_classes), set(other.storage_classes)
    if all(classes) and not set.intersection(*classes):
        return True
    labels = (*one.labels, *other.labels)
    return any(_impossible([each for each in labels if each.key == key]) for key in {x.key for x in labels})


def _impossible(of_key: Sequence[Requirement]) -> bool:
    """True when no value of one label, nor its absence, meets all requirements."""
    listed = [set(each.values) for each in of_key if each.operator is Operator.IN]
    absent = any(each.operator is Operator.DOES_NOT_EXIST for each in of_key)
    if absent:
        return bool(listed) or any(each.operator is Operator.EXISTS for each in of_key)
    refused = {value for each in of_key if each.operator is Operator.NOT_IN for value in each.values}
    return bool(listed) and not set.intersection(*listed) - refused
