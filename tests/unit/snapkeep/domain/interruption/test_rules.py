"""Which reaction holds for a node."""

from __future__ import annotations

from snapkeep.domain.interruption.rules import Draining, InterruptionRules, NodeRule, NodeRules, Snapshotting

SPOT = {"eks.amazonaws.com/capacityType": "SPOT"}


def test_everything_harmless_is_on_and_nobody_is_drained_twice_by_default() -> None:
    reaction = InterruptionRules().rules_for("myeks", {})
    assert (reaction.cordon, reaction.snapshot, reaction.drain) == (True, Snapshotting.ALWAYS, Draining.AUTO)


def test_the_first_rule_that_covers_cluster_and_labels_holds() -> None:
    drained, left = NodeRules(drain=Draining.ON), NodeRules(cordon=False)
    rules = InterruptionRules(NodeRules(), (NodeRule(drained, ("myeks",), SPOT), NodeRule(left, labels=SPOT)))
    assert rules.rules_for("myeks", {**SPOT, "disk": "nvme"}) == drained
    assert rules.rules_for("second", SPOT) == left
    assert rules.rules_for("myeks", {"disk": "nvme"}) == NodeRules()
