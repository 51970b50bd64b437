"""Copies that people ask for: what cannot be copied is refused with the fix, and what keeps the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.copies.view.asked import asking_policy, check_place, check_point, what_keeps
from snapkeep.domain.errors import CopyRefused
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.restore.points import point_of
from tests.fakes.world import a_policy
from tests.unit.snapkeep.domain.copies.copy_samples import KEY, a_source

OSAKA = Place("osaka", "ap-northeast-3", KEY)
DEPLOYMENT = Deployment(
    (Cluster("myeks", "ap-northeast-2"),),
    (
        a_policy(copies=(CopyRule("osaka", {"last": 3, "monthly": 12}, also=("on-demand",)),)),
        a_policy("weekly"),
    ),
    places=(OSAKA,),
)
READY = point_of(a_source(), "ap-northeast-2")
assert READY


def test_a_ready_point_is_copied_to_a_place_that_takes_copies() -> None:
    assert READY
    check_point(READY)
    check_place(OSAKA)


@pytest.mark.parametrize(
    ("changes", "reason", "fix"),
    [
        ({"archived": True}, "is in the archive tier", "aws ec2 restore-snapshot-tier --snapshot-id snap-"),
        ({"state": PointState.PENDING}, "is pending", "wait until it is ready"),
        ({"state": PointState.CREATING}, "is pending", "wait until it is ready"),
        ({"state": PointState.FAILED}, "is failed", "take another point"),
    ],
)
def test_what_ec2_would_not_copy_is_refused(changes: dict[str, object], reason: str, fix: str) -> None:
    assert READY
    with pytest.raises(CopyRefused) as refused:
        check_point(replace(READY, **changes))  # type: ignore[arg-type]
    assert reason in refused.value.reason
    assert fix in refused.value.fix


def test_a_place_that_retires_gets_no_copies() -> None:
    with pytest.raises(CopyRefused, match="osaka retires"):
        check_place(replace(OSAKA, retire=True))


def kept(policy: str, age: int = 0, others: Sequence[int] = ()) -> str:
    """What is said of a copy of that age, in days, beside others."""
    assert READY
    now = READY.started_at
    point = replace(READY, policy=policy, started_at=now - timedelta(days=age))
    return what_keeps(DEPLOYMENT, "osaka", point, [now - timedelta(days=day) for day in others], now)


def test_the_rules_of_the_place_say_what_keeps_a_copy() -> None:
    for policy in ("nightly", "on-demand"):
        assert kept(policy) == f"osaka keeps copies of policy {policy} by last 3, monthly 12"
    for policy in ("weekly", "interruption", "gone"):
        assert "no rule of osaka names policy" in kept(policy)


def test_a_copy_that_the_rules_of_the_place_do_not_keep_is_told_when_it_goes() -> None:
    assert "does not keep this one" in kept("nightly", age=4, others=[0, 1, 2, 3, 70])
    assert "does not keep this one" not in kept("nightly", age=2, others=[0, 1, 3, 70])


def test_a_copy_is_locked_by_the_rule_that_names_its_policy() -> None:
    assert asking_policy(DEPLOYMENT, "osaka", "on-demand") == "nightly"
    assert asking_policy(DEPLOYMENT, "osaka", "nightly") == "nightly"
    assert asking_policy(DEPLOYMENT, "osaka", "weekly") == "weekly"
