"""The `interruption` block: defaults, rules that take from around them, and what is refused."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.interruption.rules import (
    Draining,
    InterruptionRules,
    OnRebalance,
    Reaction,
    Snapshotting,
)
from snapkeep.domain.policies import from_document, to_document
from tests.unit.config.conftest import Loader, Refusals

BASE = """
    clusters: [{name: myeks, region: ap-northeast-2}]
    policies:
      - {name: daily, selection: {namespaces: [shop]}, schedule: {expression: "@daily"}, retention: {last: 1}}
"""
BLOCK = """
    interruption:
      snapshot: protected
      drain: off
      uncordon_after: 30 minutes
      rules:
        - {clusters: [myeks], match_labels: {disk: nvme}, snapshot: never}
        - {match_labels: {spot: "yes"}, drain: on, rebalance: drain}
"""


def test_without_a_block_everything_harmless_is_on(loaded: Loader) -> None:
    assert loaded(BASE).interruption == InterruptionRules()


def test_a_rule_takes_what_it_leaves_out_from_the_block(loaded: Loader) -> None:
    rules = loaded(BASE + BLOCK).interruption
    assert rules.everywhere == Reaction(
        snapshot=Snapshotting.PROTECTED, drain=Draining.OFF, uncordon_after=timedelta(minutes=30)
    )
    disk = rules.reaction("myeks", {"disk": "nvme"})
    assert (disk.snapshot, disk.drain) == (Snapshotting.NEVER, Draining.OFF)
    spot = rules.reaction("myeks", {"spot": "yes"})
    assert (spot.snapshot, spot.drain, spot.rebalance) == (
        Snapshotting.PROTECTED,
        Draining.ON,
        OnRebalance.DRAIN,
    )


def test_the_functions_read_the_rules_as_they_were_written(loaded: Loader) -> None:
    deployment = loaded(BASE + BLOCK)
    assert from_document(to_document(deployment)) == deployment


def test_what_makes_no_sense_is_refused_where_it_stands(refusals: Refusals) -> None:
    wrong = """
    interruption:
      drain: maybe
      uncordon_after: 5 minutes
      rules: [{clusters: [elsewhere]}]
"""
    text = "\n".join(refusals(BASE + wrong))
    assert "interruption.drain" in text and "'maybe' is not allowed" in text
    assert "10 minutes to 24 hours" in text
    assert "'elsewhere' is no cluster of this file" in text
