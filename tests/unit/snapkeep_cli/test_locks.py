"""What `snapkeep validate` says of a lock."""

from __future__ import annotations

import pytest

from snapkeep.domain.policies import Method, Policy, Schedule, Selection
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep_cli.locks import lock_in_words

SIX_HOURLY, WORKDAYS = "cron(0 0,6,12,18 ? * * *)", "cron(0 2 ? * 2-6 *)"
WEEK, MONTH = Lock(LockMode.GOVERNANCE, 7), Lock(LockMode.GOVERNANCE, 30)


def policy(lock: Lock | None, expression: str = SIX_HOURLY, **retention: int | str) -> Policy:
    return Policy(
        name="nightly",
        clusters=("myeks",),
        selection=Selection(("*",)),
        schedule=Schedule(expression),
        method=Method.EBS,
        retention=retention,
        lock=lock,
    )


def test_without_a_lock_there_is_nothing_to_say() -> None:
    assert list(lock_in_words(policy(None, last=3))) == []


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (
            WEEK,
            "every point is locked for 7 days (governance): anyone with ec2:UnlockSnapshot can lift it",
        ),
        (
            Lock(LockMode.COMPLIANCE, 1, 24),
            "every point is locked for 1 day (compliance): nobody can lift it after 24 hours",
        ),
        (
            Lock(LockMode.COMPLIANCE, 365),
            "every point is locked for 365 days (compliance): nobody can lift it",
        ),
    ],
)
def test_it_says_who_can_lift_it(lock: Lock, words: str) -> None:
    assert list(lock_in_words(policy(lock, last="all"))) == [words]


@pytest.mark.parametrize(
    ("expression", "retention", "first"),
    [
        (SIX_HOURLY, {"last": 28, "daily": 60}, "7 days"),
        (SIX_HOURLY, {"daily": 60}, "6 hours"),
        ("rate(12 hours)", {"last": 3}, "1 day"),
        (WORKDAYS, {"within": "10d"}, "10 days"),
    ],
)
def test_a_lock_longer_than_retention_keeps_every_point_is_pointed_out(
    expression: str, retention: dict[str, int | str], first: str
) -> None:
    assert list(lock_in_words(policy(MONTH, expression, **retention)))[1:] == [
        f"note: the retention deletes the first points after {first}; "
        "prune keeps them until their lock of 30 days ends"
    ]


@pytest.mark.parametrize(
    ("expression", "retention"),
    [(SIX_HOURLY, {"last": 28}), (SIX_HOURLY, {"within": "1m"}), ("cron(0 2 L * ? *)", {"last": 1})],
)
def test_a_lock_that_retention_outlasts_or_a_schedule_that_cannot_be_read_ahead_needs_no_note(
    expression: str, retention: dict[str, int | str]
) -> None:
    assert len(list(lock_in_words(policy(WEEK, expression, **retention)))) == 1
