"""The shape of the block `interruption`; the docstring under a key is what editors show for it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import ClusterName, LabelKey, LabelValue, UncordonAfter


def _on_or_off(value: Any) -> Any:
    """YAML 1.1 reads a bare `on` and `off` as true and false."""
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value


class NodeRules(Strict):
    """What to do with a node that is about to die; a rule inherits the keys that it omits."""

    cordon: bool | None = None
    """Let no new pods onto the node (true)."""
    snapshot: Literal["always", "protected", "never"] | None = None
    """Which volumes to snapshot: all, those that a policy backs up, or none. always is the default."""
    drain: Annotated[Literal["on", "off", "auto"], BeforeValidator(_on_or_off)] | None = None
    """Evict the pods: on, off, or auto (the default), which leaves it to Karpenter, Auto Mode or a managed
    group.
    """
    verify: Literal["evict", "tell"] | None = None
    """With drain: auto, what to do if nobody evicts within 40 s of a spot notice: evict, or only report
    it.
    """
    rebalance: Literal["ignore", "cordon", "drain"] | None = None
    """What to do on a rebalance recommendation, which often comes to nothing; cordon is the default."""
    uncordon_after: UncordonAfter | None = None
    """When to uncordon a node that survives its notice (10 minutes to 24 hours; default 1 hour)."""


class NodeRule(NodeRules):
    """Different settings for some nodes; the first rule that matches a node applies."""

    clusters: Annotated[list[ClusterName], Field(min_length=1)] | None = None
    """The clusters it applies to; all if omitted."""
    match_labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels a node must have, with these values."""


class Interruption(NodeRules):
    """What to do when EC2 announces that a node will die."""

    rules: list[NodeRule] = Field(default_factory=list)
    """Nodes with different settings."""
