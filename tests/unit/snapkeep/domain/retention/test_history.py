"""What a policy kept before spares points for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from snapkeep.domain.policies import Policy, Schedule
from snapkeep.domain.retention import history as histories
from snapkeep.domain.retention.history import KEPT_VERSIONS, RetentionVersion, retention_of, version_of
from snapkeep.domain.retention.rules import RetentionRules
from tests.contract.ports.samples import NOW, later
from tests.fakes.world import a_policy


def seen(
    history: Sequence[RetentionVersion], policy: Policy, now: datetime, **known: bool
) -> tuple[RetentionVersion, ...]:
    return histories.seen(history, version_of(policy, now), **known)


def test_a_change_is_added_once_and_the_rules_before_it_end_then() -> None:
    first = seen((), a_policy(retention={"last": 9}), NOW)
    assert seen(first, a_policy(retention={"last": 9}), later(hours=1)) == first
    second = seen(first, a_policy(retention={"last": 2}), later(hours=2))
    retention = retention_of(second)
    assert retention.rules == RetentionRules(last=2)
    (earlier,) = retention.earlier
    assert (earlier.rules, earlier.until) == (RetentionRules(last=9), later(hours=2))
    assert earlier.spares_at(later(hours=73)) and not earlier.spares_at(later(hours=75))


def test_rules_that_keep_nothing_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no rule keeps anything"):
        retention_of([RetentionVersion({}, "UTC", NOW)])


@pytest.mark.parametrize(
    ("block", "timezone"),
    [({}, "UTC"), ({"last": 0}, "UTC"), (None, "UTC"), (["last"], "UTC"), ({"last": 1}, "Mars/Olympus")]
    + [({"last": 1}, zone) for zone in ("", "America", "../UTC", None, 7)],
)
def test_a_retention_that_is_none_is_refused_and_not_remembered(block: Any, timezone: Any) -> None:
    broken = a_policy(retention={"last": 1}, schedule=Schedule("cron(0 18 * * ? *)", timezone))
    with pytest.raises(ValueError, match=r"rule|rules|allowed|time zone"):
        seen((), replace(broken, retention=block), NOW)


def test_what_cannot_be_read_of_the_past_was_never_in_force() -> None:
    history = [
        RetentionVersion({"last": 9}, "UTC", NOW),
        RetentionVersion({"last": 0}, "UTC", later(hours=1)),
        RetentionVersion({"last": 5}, "Mars/Olympus", later(hours=2)),
        RetentionVersion({"last": 2}, "UTC", later(hours=3)),
    ]
    retention = retention_of(history)
    assert retention.rules == RetentionRules(last=2)
    (earlier,) = retention.earlier
    assert (earlier.rules, earlier.until) == (RetentionRules(last=9), later(hours=3))


def test_the_history_does_not_grow_without_end() -> None:
    history: tuple[RetentionVersion, ...] = ()
    for number in range(1, 50):
        history = seen(history, a_policy(retention={"last": number}), NOW + timedelta(days=number))
    assert len(history) == KEPT_VERSIONS and history[-1].block == {"last": 49}


def test_a_lost_history_of_a_policy_that_has_points_spares_everything_for_a_grace() -> None:
    policy = a_policy(retention={"last": 1})
    fresh, lost = seen((), policy, NOW), seen((), policy, NOW, has_points=True)
    assert retention_of(fresh).earlier == ()
    (earlier,) = retention_of(lost).earlier
    assert (earlier.rules.last, earlier.until) == ("all", NOW)
    assert seen(lost, policy, NOW, has_points=True) == lost


DAILY, MINUTELY = Schedule("cron(0 18 * * ? *)"), Schedule("cron(* 18 * * ? *)")


def test_a_schedule_that_became_faster_is_a_lowered_retention() -> None:
    daily = seen((), a_policy(retention={"last": 7}, schedule=DAILY), NOW)
    faster = seen(daily, a_policy(retention={"last": 7}, schedule=MINUTELY), later(hours=48))
    (earlier,) = retention_of(faster).earlier
    assert (earlier.until, earlier.counts_until) == (later(hours=48), later(hours=24))
    slower = seen(faster, a_policy(retention={"last": 7}, schedule=DAILY), later(hours=50))
    assert [item.since for item in slower] == [NOW, later(hours=48)], "a slower one lowers nothing"
    again = seen(slower, a_policy(retention={"last": 7}, schedule=MINUTELY), later(hours=52))
    assert [item.since for item in again] == [NOW, later(hours=48), later(hours=52)]


def test_a_version_that_did_not_ask_for_the_distance_of_slots_learns_it_without_a_grace() -> None:
    policy = a_policy(retention={"last": 7}, schedule=DAILY)
    known = seen([RetentionVersion({"last": 7}, "UTC", NOW)], policy, later(hours=1))
    assert (known[0].since, known[0].spacing, len(known)) == (NOW, timedelta(hours=24), 1)
    assert retention_of(known).earlier == ()
    assert seen(known, policy, later(hours=2)) == known


def test_while_a_forgotten_version_has_its_grace_everything_is_spared() -> None:
    history = seen((), a_policy(retention={"last": 99}), NOW)
    for number in range(KEPT_VERSIONS + 5):
        history = seen(history, a_policy(retention={"last": 50 - number}), later(hours=1 + number))
    first, *_ = retention_of(history).earlier
    assert len(history) == KEPT_VERSIONS
    assert (
        first.rules.last == "all"
        and first.spares_at(later(hours=6 + 72))
        and not first.spares_at(later(hours=99))
    )


def test_a_history_that_may_lack_versions_spares_everything_for_a_grace() -> None:
    old = (RetentionVersion({"last": 1}, "UTC", later(hours=-900)),)
    for policy in (a_policy(retention={"last": 1}), a_policy(retention={"last": 7})):
        assert retention_of(seen(old, policy, NOW, has_gap=True)).earlier[:-1] == ()
        history = seen(old, policy, NOW, has_points=True, has_gap=True)
        retention = retention_of(history)
        assert retention.rules.last == policy.retention["last"]
        assert (retention.earlier[-1].rules.last, retention.earlier[-1].until) == ("all", NOW)
        assert seen(history, policy, later(hours=1), has_points=True) == history
