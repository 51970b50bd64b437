"""While nobody has accepted a suspicious point, the last good one before it stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.proof.checks import Check, Verdict, judge
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.proof.suspicions import Suspicion, Taken, protections, suspicion_of
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention

START = datetime(2026, 11, 1, 2, tzinfo=UTC)
GOOD = Look("xfs", 2**30, 2**30, 2**29, "f00d", names=("mysql", "wordpress"))
ENCRYPTED = Look("xfs", 2**30, 2**30, 2**29, "f00d", names=("mysql.locked", "wordpress.locked"))


def taken(night: int) -> Taken:
    return Taken(f"sk-{night}", f"snap-{night}", START + timedelta(days=night))


def check(night: int, look: Look, base: Check | None) -> Check:
    return judge(f"sk-{night}", f"snap-{night}", look, base, START + timedelta(days=night, hours=1))


def test_the_last_good_point_before_a_suspicious_one_is_named() -> None:
    first = check(1, GOOD, None)
    bad = check(3, ENCRYPTED, first)
    found = suspicion_of("uid", bad, taken(3).at, [taken(1), taken(2)], {"sk-1": first})
    assert found == Suspicion("uid", "sk-3", taken(3).at, bad.reasons[0], "snap-1")


def test_of_points_never_looked_at_the_newest_counts() -> None:
    bad = check(3, GOOD, None)
    bad = Check(bad.point_id, bad.snapshot_id, Verdict.SUSPICIOUS, bad.at, ("/a is missing",), GOOD)
    found = suspicion_of("uid", bad, taken(3).at, [taken(1), taken(2), taken(4)], {})
    assert found is not None and found.good == "snap-2"


def test_a_checked_or_accepted_point_raises_no_suspicion() -> None:
    first = check(1, GOOD, None)
    accepted = check(2, ENCRYPTED, first).accepted("ann", "the app encrypts now")
    for each in (first, accepted):
        assert suspicion_of("uid", each, START, [], {}) is None


@pytest.mark.parametrize(
    "retention", [{"last": 3}, {"daily": 3}, {"last": 2, "max_age": "5d"}, {"within": "2d"}]
)
def test_thirty_nights_of_encrypted_files_leave_the_last_good_point(retention: dict[str, int | str]) -> None:
    rules = parse_retention(retention)
    nights = [taken(0), taken(1)]
    checks = {"sk-0": check(0, GOOD, None)}
    checks["sk-1"] = check(1, GOOD, checks["sk-0"])
    suspicions: list[Suspicion] = []
    for night in range(2, 32):
        today = taken(night)
        checks[today.point_id] = check(night, ENCRYPTED, checks["sk-1"])
        found = suspicion_of("uid", checks[today.point_id], today.at, nights, checks)
        suspicions += [found] if found else []
        nights.append(today)
        protected = protections(suspicions)
        candidates = [
            Candidate(
                each.snapshot_id,
                each.at,
                PointState.READY,
                (protected[each.snapshot_id],) if each.snapshot_id in protected else (),
            )
            for each in nights
        ]
        dropped = plan(candidates, rules, UTC, today.at + timedelta(hours=2)).delete
        gone = {each.point.id for each in dropped}
        nights = [each for each in nights if each.snapshot_id not in gone]
    assert "snap-1" in {each.snapshot_id for each in nights}
    assert len(nights) < 8


def test_the_reason_says_what_to_do() -> None:
    (found,) = protections([Suspicion("uid", "sk-3", START, "/a is missing", "snap-1")]).values()
    assert found.counts
    assert found.reason == (
        "the last good point before sk-3 of 2026-11-01 02:00 UTC, which is suspicious (/a is missing): look "
        "at that one, then run `snapkeep checks accept sk-3`"
    )
