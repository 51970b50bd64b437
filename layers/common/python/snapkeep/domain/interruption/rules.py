"""What to do for a dying node: the rules of the config, and the one that holds for a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Snapshotting(StrEnum):
    """Whose volumes are snapshotted when their node dies: all, those that a policy backs up, none."""

    ALWAYS = "always"
    PROTECTED = "protected"
    NEVER = "never"


class Draining(StrEnum):
    """Whether we evict pods: yes, no, or (auto) where nobody else does."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class Verify(StrEnum):
    """What follows when those whom `drain: auto` leaves the drain to evict nobody after a spot notice."""

    EVICT = "evict"
    TELL = "tell"


class OnRebalance(StrEnum):
    """What a rebalance recommendation leads to, which is advice and often comes to nothing."""

    IGNORE = "ignore"
    CORDON = "cordon"
    DRAIN = "drain"


@dataclass(frozen=True)
class NodeRules:
    """What is done for one node. A warning that led to nothing keeps it cordoned for `uncordon_after`."""

    cordon: bool = True
    snapshot: Snapshotting = Snapshotting.ALWAYS
    drain: Draining = Draining.AUTO
    verify: Verify = Verify.EVICT
    rebalance: OnRebalance = OnRebalance.CORDON
    uncordon_after: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class NodeRule:
    """A reaction of its own for the nodes of these clusters (all when empty) that have all these labels."""

    reaction: NodeRules
    clusters: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def covers(self, cluster: str, labels: Mapping[str, str]) -> bool:
        """True when the rule is for a node of that cluster with these labels."""
        return (not self.clusters or cluster in self.clusters) and self.labels.items() <= labels.items()


@dataclass(frozen=True)
class InterruptionRules:
    """The reaction for all nodes, and the rules that come before it: the first that covers a node holds."""

    everywhere: NodeRules = field(default_factory=NodeRules)
    rules: tuple[NodeRule, ...] = ()

    def reaction(self, cluster: str, labels: Mapping[str, str]) -> NodeRules:
        """What is done for a node of that cluster with these labels."""
        found = (rule.reaction for rule in self.rules if rule.covers(cluster, labels))
        return next(found, self.everywhere)
