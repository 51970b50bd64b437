"""While nobody has accepted a suspicious point, the last good one before it stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.proof.checks import Check, Subject, base_of, judge
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.proof.suspicions import Suspicion, protections, suspicion_of
from snapkeep.domain.retention.candidates import Candidate, Protection
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import RetentionRules, parse_retention

START = datetime(2026, 11, 1, 2, tzinfo=UTC)
GOOD = Look("xfs", 2**30, 2**30, 2**29, "f00d", names=("mysql", "wordpress"))
ENCRYPTED = Look("xfs", 2**30, 2**30, 2**29, "f00d", names=("mysql.locked", "wordpress.locked"))


def night(number: int) -> Subject:
    taken = START + timedelta(days=number)
    return Subject(f"sk-{number}", f"snap-{number}", "myeks", "wordpress", "mysql", "uid", taken)


def check(number: int, look: Look, base: Check | None) -> Check:
    return judge(night(number), look, base, START + timedelta(days=number, hours=1))


def test_the_last_good_point_before_a_suspicious_one_is_named() -> None:
    first = check(1, GOOD, None)
    bad = check(3, ENCRYPTED, first)
    found = suspicion_of(bad, [night(1), night(2), night(4)], {"sk-1": first})
    assert found == Suspicion(night(3), bad.reasons[0], "snap-1")


def test_of_points_never_looked_into_the_newest_counts() -> None:
    empty = replace(GOOD, expected={"/a": None})
    bad = check(2, empty, None)
    worse = check(3, empty, None)
    found = suspicion_of(worse, [night(0), night(1), night(2), night(4)], {"sk-2": bad})
    assert found is not None and found.good == "snap-1"


def test_other_claims_points_are_no_good_ones() -> None:
    first = replace(check(1, GOOD, None), subject=replace(night(1), claim_uid="another"))
    found = suspicion_of(check(3, ENCRYPTED, first), [first.subject], {"sk-1": first})
    assert found is not None and found.good == ""


def test_a_checked_or_accepted_point_raises_no_suspicion() -> None:
    first = check(1, GOOD, None)
    accepted = check(2, ENCRYPTED, first).accepted("ann", "the app encrypts now")
    for each in (first, accepted):
        assert suspicion_of(each, [], {}) is None


@pytest.mark.parametrize(
    "retention", [{"last": 3}, {"daily": 3}, {"last": 2, "max_age": "5d"}, {"within": "2d"}]
)
def test_thirty_nights_of_encrypted_files_leave_the_last_good_point(retention: dict[str, int | str]) -> None:
    rules = parse_retention(retention)
    there: list[Subject] = []
    checks: dict[str, Check] = {}
    suspicions: list[Suspicion] = []
    for number in range(32):
        today = night(number)
        seen = GOOD if number < 2 else ENCRYPTED
        checks[today.point_id] = judge(today, seen, base_of(today, checks.values()), today.taken)
        found = suspicion_of(checks[today.point_id], there, checks)
        suspicions += [found] if found else []
        there = after_pruning([*there, today], rules, protections(suspicions))
    assert "snap-1" in {each.snapshot_id for each in there}
    assert len(there) < 8


def after_pruning(
    points: list[Subject], rules: RetentionRules, protected: Mapping[str, Protection]
) -> list[Subject]:
    candidates = [
        Candidate(
            each.snapshot_id,
            each.taken,
            PointState.READY,
            (protected[each.snapshot_id],) if each.snapshot_id in protected else (),
        )
        for each in points
    ]
    gone = {each.point.id for each in plan(candidates, rules, UTC, points[-1].taken).delete}
    return [each for each in points if each.snapshot_id not in gone]


def test_the_reason_says_what_to_do() -> None:
    (found,) = protections([Suspicion(night(0), "/a is missing", "snap-1")]).values()
    assert found.counts
    assert found.reason == (
        "the last good point before sk-0 of 2026-11-01 02:00 UTC, which is suspicious (/a is missing): look "
        "at that one, then run `snapkeep checks accept sk-0`"
    )
