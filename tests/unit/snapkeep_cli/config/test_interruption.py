"""The `interruption` block: defaults, rules that take from around them, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.interruption.rules import (
    Draining,
    InterruptionRules,
    NodeRules,
    OnRebalance,
    Snapshotting,
    Verify,
)
from snapkeep.domain.policies import from_document, to_document
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals

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
    assert rules.everywhere == NodeRules(
        snapshot=Snapshotting.PROTECTED, drain=Draining.OFF, uncordon_after=timedelta(minutes=30)
    )
    disk = rules.rules_for("myeks", {"disk": "nvme"})
    assert (disk.snapshot, disk.drain) == (Snapshotting.NEVER, Draining.OFF)
    spot = rules.rules_for("myeks", {"spot": "yes"})
    assert (spot.snapshot, spot.drain, spot.rebalance) == (
        Snapshotting.PROTECTED,
        Draining.ON,
        OnRebalance.DRAIN,
    )


def test_the_functions_read_the_rules_as_they_were_written(loaded: Loader) -> None:
    deployment = loaded(BASE + BLOCK)
    assert from_document(to_document(deployment)) == deployment


def test_whether_a_drain_left_to_others_is_only_told_can_be_said_for_some_nodes(loaded: Loader) -> None:
    block = """
    interruption:
      verify: tell
      rules:
        - {match_labels: {team: shop}, verify: evict}
        - {match_labels: {team: blog}}
        - {match_labels: {team: lab}, drain: on}
    """
    rules = loaded(BASE + block).interruption
    assert rules.everywhere.verify is Verify.TELL
    found = [rules.rules_for("myeks", {"team": team}).verify for team in ("shop", "blog")]
    assert found == [Verify.EVICT, Verify.TELL]
    assert loaded(BASE).interruption.everywhere.verify is Verify.EVICT


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("{drain: on, verify: tell}", "interruption.verify"),
        ("{drain: off, verify: evict, rules: [{drain: on}]}", "interruption.verify"),
        ("{rules: [{drain: off, verify: tell}]}", "interruption.rules[0].verify"),
        ("{drain: on, rules: [{verify: tell}]}", "interruption.rules[0].verify"),
    ],
)
def test_verify_is_refused_where_no_drain_is_left_to_others(
    refusals: Refusals, block: str, place: str
) -> None:
    text = "\n".join(refusals(f"{BASE}\n    interruption: {block}\n"))
    assert place in text and "without drain: auto" in text


def test_verify_may_stand_around_a_rule_that_leaves_its_drain_to_others(loaded: Loader) -> None:
    block = "\n    interruption: {drain: off, verify: tell, rules: [{match_labels: {a: b}, drain: auto}]}\n"
    assert loaded(BASE + block).interruption.rules[0].reaction.verify is Verify.TELL


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
    assert "'elsewhere' is not a cluster of this file" in text
