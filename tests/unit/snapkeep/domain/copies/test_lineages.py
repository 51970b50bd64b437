"""Which rule applies to which points, and what a place keeps by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.copies.lineages import policies_there, rule_to, spaced
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import Cluster, Deployment, Method, Policy, Schedule
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import RetentionRules, parse_retention

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


def test_a_policy_has_at_most_one_rule_for_a_place() -> None:
    policy = a_policy("nightly", a_rule("tokyo"), a_rule())
    assert [rule_to(policy, name) for name in ("osaka", "tokyo", "nowhere")] == [
        a_rule(),
        a_rule("tokyo"),
        None,
    ]


def test_copies_are_kept_and_locked_by_their_rule_and_not_by_their_policy() -> None:
    lock = Lock(LockMode.COMPLIANCE, 14)
    deployment = a_deployment(a_policy("nightly", a_rule(lock=lock)), a_policy("weekly"))
    there = policies_there(deployment, "osaka")
    assert set(there) == {"nightly", "interruption", "on-demand"}
    assert (there["nightly"].retention, there["nightly"].lock) == ({"daily": 14}, lock)
    assert there["nightly"].schedule == deployment.policies[0].schedule
    assert there["on-demand"].retention == {"last": "all"}
    nowhere = policies_there(deployment, "nowhere")
    assert {name: policy.retention for name, policy in nowhere.items()} == {
        "interruption": {"last": "all"},
        "on-demand": {"last": "all"},
    }


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
