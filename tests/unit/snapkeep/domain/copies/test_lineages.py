"""Which rule applies to which points, and what a place keeps by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from snapkeep.domain.copies.lineages import copied_lineages, policies_there, rule_to, spaced
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import Cluster, Deployment, Method, Policy, Schedule
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import RetentionRules, parse_retention
from tests.unit.snapkeep.domain.copies.copy_samples import source_at

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_policy(name: str, *rules: CopyRule, zone: str = "UTC") -> Policy:
    return Policy(
        name=name,
        clusters=("myeks",),
        method=Method.CSI,
        schedule=Schedule("rate(6 hours)", zone),
        retention={"last": 28},
        lock=Lock(LockMode.GOVERNANCE, 3),
        copies=rules,
    )


def a_deployment(*policies: Policy) -> Deployment:
    return Deployment((Cluster("myeks", "ap-northeast-2"),), policies)


def a_rule(to: str = "osaka", **changes: Any) -> CopyRule:
    return CopyRule(**{"to": to, "retention": {"daily": 14}} | changes)


def test_a_policys_points_follow_its_own_rule_and_days_are_those_of_its_schedule() -> None:
    tokyo, osaka = a_rule("tokyo"), a_rule()
    deployment = a_deployment(a_policy("nightly", tokyo, osaka, zone="Asia/Seoul"), a_policy("weekly"))
    sources = [
        source_at(MONDAY, "a", "nightly"),
        source_at(MONDAY + HOUR, "a", "nightly"),
        source_at(MONDAY, "b", "nightly"),
        source_at(MONDAY, "a", "weekly"),
        source_at(MONDAY, "a", "gone-from-the-config"),
        source_at(MONDAY, "a", "on-demand"),
    ]
    found = list(copied_lineages(deployment, "osaka", sources))
    assert [(item.claim, item.policy, item.rule, item.zone) for item in found] == [
        ("uid-a", "nightly", osaka, ZoneInfo("Asia/Seoul")),
        ("uid-b", "nightly", osaka, ZoneInfo("Asia/Seoul")),
    ]
    assert [list(item.sources) for item in found] == [sources[:2], sources[2:3]]
    assert list(copied_lineages(deployment, "nowhere", sources)) == []
    assert [rule_to(policy, "osaka") for policy in deployment.policies] == [osaka, None]


def test_points_of_a_built_in_policy_go_along_only_for_claims_of_a_policy_that_says_so() -> None:
    rule = a_rule(also=("on-demand",))
    deployment = a_deployment(a_policy("silent", a_rule()), a_policy("nightly", rule))
    sources = [
        source_at(MONDAY, "a", "nightly"),
        source_at(MONDAY, "a", "on-demand"),
        source_at(MONDAY, "a", "interruption"),
        source_at(MONDAY, "b", "silent"),
        source_at(MONDAY, "b", "on-demand"),
        source_at(MONDAY, "c", "on-demand"),
    ]
    found = [(item.claim, item.policy) for item in copied_lineages(deployment, "osaka", sources)]
    assert found == [("uid-a", "nightly"), ("uid-a", "on-demand"), ("uid-b", "silent")]


def test_copies_are_kept_and_locked_by_their_rule_and_not_by_their_policy() -> None:
    lock = Lock(LockMode.COMPLIANCE, 14)
    deployment = a_deployment(a_policy("nightly", a_rule(lock=lock)), a_policy("weekly"))
    there = policies_there(deployment, "osaka")
    assert set(there) == {"nightly", "interruption", "on-demand"}
    assert (there["nightly"].retention, there["nightly"].lock) == ({"daily": 14}, lock)
    assert there["nightly"].schedule == deployment.policies[0].schedule
    assert there["on-demand"].retention == {"last": "all"}
    assert policies_there(deployment, "nowhere") == {}


@pytest.mark.parametrize(
    ("one", "other", "united"),
    [
        ({"daily": 14}, {"daily": 7, "weekly": 4}, {"daily": 14, "weekly": 4}),
        ({"last": "all"}, {"last": 3}, {"last": "all"}),
        ({"within": "1y"}, {"within": "13m", "minimum": 2}, {"within": "13m", "minimum": 2}),
        ({"last": 1, "max_age": "7d"}, {"last": 1}, {"last": 1}),
        ({"last": 1, "max_age": "7d"}, {"last": 1, "max_age": "1m"}, {"last": 1, "max_age": "1m"}),
    ],
)
def test_of_built_in_points_all_stays_that_any_rule_keeps(
    one: dict[str, int | str], other: dict[str, int | str], united: dict[str, int | str]
) -> None:
    also = ("on-demand",)
    deployment = a_deployment(
        a_policy("a", a_rule(retention=one, also=also)), a_policy("b", a_rule(retention=other, also=also))
    )
    assert policies_there(deployment, "osaka")["on-demand"].retention == united
    assert parse_retention(united)


@pytest.mark.parametrize(
    ("every", "spacing"),
    [
        (Every(), 6 * HOUR),
        (Every(number=3), 18 * HOUR),
        (Every(Period.DAY), 24 * HOUR),
        (Every(Period.WEEK), 168 * HOUR),
    ],
)
def test_copies_are_late_by_the_interval_at_which_they_are_made(every: Every, spacing: timedelta) -> None:
    retention = PolicyRetention(RetentionRules(last=1), spacing=6 * HOUR)
    assert spaced(retention, every).spacing == spacing
    assert spaced(PolicyRetention(RetentionRules(last=1)), every).spacing == timedelta()
