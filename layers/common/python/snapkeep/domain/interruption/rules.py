"""What to do for a dying node: the rules of the config, and which of them apply to a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Snapshotting(StrEnum):
    """Which claims' volumes are snapshotted when their node dies: all, those that a policy backs up, none."""

    ALWAYS = "always"
    PROTECTED = "protected"
    NEVER = "never"


class Draining(StrEnum):
    """Whether Snapkeep evicts pods: yes, no, or (auto) only if nobody else does."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class Verify(StrEnum):
    """What Snapkeep does when the drainer that `drain: auto` relies on evicts nobody after a spot notice."""

    EVICT = "evict"
    TELL = "tell"


class OnRebalance(StrEnum):
    """How Snapkeep responds to a rebalance recommendation, which is advice and often comes to nothing."""

    IGNORE = "ignore"
    CORDON = "cordon"
    DRAIN = "drain"


@dataclass(frozen=True)
class NodeRules:
    """What to do for one node. After a warning that came to nothing, it stays cordoned for
    `uncordon_after`."""

    cordon: bool = True
    snapshot: Snapshotting = Snapshotting.ALWAYS
    drain: Draining = Draining.AUTO
    verify: Verify = Verify.EVICT
    rebalance: OnRebalance = OnRebalance.CORDON
    uncordon_after: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class NodeRule:
    """Rules for the nodes of these clusters (all when empty) that have all these labels."""

    reaction: NodeRules
    clusters: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def covers(self, cluster: str, labels: Mapping[str, str]) -> bool:
        """True when the rule applies to a node of that cluster with these labels."""
        return (not self.clusters or cluster in self.clusters) and self.labels.items() <= labels.items()


@dataclass(frozen=True)
class InterruptionRules:
    """The rules for all nodes, and rules for some that take precedence: the first that covers a node
    applies.
    """

    everywhere: NodeRules = field(default_factory=NodeRules)
    rules: tuple[NodeRule, ...] = ()

    def rules_for(self, cluster: str, labels: Mapping[str, str]) -> NodeRules:
        """What to do for a node of that cluster with these labels."""
        found = (rule.reaction for rule in self.rules if rule.covers(cluster, labels))
        return next(found, self.everywhere)


def interruption_rules_of(item: Mapping[str, Any]) -> InterruptionRules:
    """The rules in a JSON document. Raises KeyError, TypeError or ValueError for anything else."""
    rules = (
        NodeRule(_node_rules(rule["reaction"]), tuple(rule["clusters"]), dict(rule["labels"]))
        for rule in item["rules"]
    )
    return InterruptionRules(_node_rules(item["everywhere"]), tuple(rules))


def _node_rules(item: Mapping[str, Any]) -> NodeRules:
    return NodeRules(
        cordon=item["cordon"],
        snapshot=Snapshotting(item["snapshot"]),
        drain=Draining(item["drain"]),
        verify=Verify(item["verify"]),
        rebalance=OnRebalance(item["rebalance"]),
        uncordon_after=timedelta(seconds=item["uncordon_after"]),
    )
