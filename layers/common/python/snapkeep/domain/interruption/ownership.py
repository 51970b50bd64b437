"""Which cluster an instance says it belongs to, by its tags.

A tag is only a hint: before acting on it, the caller confirms it by the providerID of a Node in that cluster.
https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLUSTER_PREFIX = "kubernetes.io/cluster/"
NODE_GROUP_CLUSTER = "eks:cluster-name"
EKSCTL_CLUSTER = "alpha.eksctl.io/cluster-name"
_NAMING_BEFORE = ("aws:eks:cluster-name", NODE_GROUP_CLUSTER, "eks:eks-cluster-name")
_NAMING_AFTER = (EKSCTL_CLUSTER,)


@dataclass(frozen=True)
class Owner:
    """The cluster that an instance's tags name, and the key of the tag."""

    cluster: str
    tag: str


def owner(tags: Mapping[str, str]) -> Owner | None:
    """The owner named by the first of the five keys that has a value; None when the instance is foreign.

    Two different clusters under `kubernetes.io/cluster/` count as none: a shared instance has no owner.
    """
    return _named(tags, _NAMING_BEFORE) or _prefixed(tags) or _named(tags, _NAMING_AFTER)


def _named(tags: Mapping[str, str], keys: tuple[str, ...]) -> Owner | None:
    return next((Owner(tags[key], key) for key in keys if tags.get(key)), None)


def _prefixed(tags: Mapping[str, str]) -> Owner | None:
    found = [
        Owner(key.removeprefix(CLUSTER_PREFIX), key)
        for key, value in tags.items()
        if key.startswith(CLUSTER_PREFIX) and key != CLUSTER_PREFIX and value in ("owned", "shared")
    ]
    return found[0] if len(found) == 1 else None
