"""Acknowledgements: each has a real reason, and none is there twice."""

from __future__ import annotations

import re
from pathlib import Path

from infra.acknowledgements import ACKNOWLEDGED, TRUSTED_WITHOUT_SOURCE, Acknowledgement

ROOT = Path(__file__).parents[3]


def test_every_reason_is_one() -> None:
    reasons = [*(each.reason for each in ACKNOWLEDGED), *TRUSTED_WITHOUT_SOURCE.values()]

    assert [reason for reason in reasons if len(reason) < 20] == []


def test_a_decision_that_is_named_exists() -> None:
    named = {path for each in ACKNOWLEDGED for path in re.findall(r"docs/\S+\.md", each.reason)}

    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_a_rule_is_acknowledged_in_one_place() -> None:
    rules = [each.rule for each in ACKNOWLEDGED]

    assert len(rules) == len(set(rules))


def test_an_acknowledgement_covers_its_rule_at_its_constructs_alone() -> None:
    one = Acknowledgement("Rule[Resource::*]", ("*/Failures", "Api/Gateway"), "because it is like that")

    assert one.covers("Rule[Resource::*]", "JobQueue/Jobs/Failures")
    assert one.covers("Rule[Resource::*]", "Api/Gateway")
    assert not one.covers("Rule[Resource::*]", "Api/Gateway/Stage")
    assert not one.covers("Rule", "Api/Gateway")
