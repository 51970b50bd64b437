"""The newest checked point stays until the newer ones were looked into."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.points import PointState
from snapkeep.domain.proof.unchecked import until_checked
from snapkeep.domain.retention.candidates import Candidate

NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)


def point(name: str, days: float, state: PointState = PointState.READY) -> Candidate:
    return Candidate(name, NOW - timedelta(days=days), state)


def kept(checked: dict[str, str], *points: Candidate) -> list[str]:
    return list(until_checked({("uid", "nightly"): points}, checked, NOW))


def test_the_newest_checked_point_stays_while_a_newer_one_waits() -> None:
    points = (point("old", 2), point("good", 1), point("new", 0))

    assert kept({"old": "checked 1", "good": "checked 2"}, *points) == ["good"]
    assert kept({"old": "checked 1", "good": "checked 2", "new": "checked 3"}, *points) == []


def test_a_suspicious_one_in_between_does_not_end_that() -> None:
    points = (point("good", 2), point("bad", 1), point("new", 0))

    assert kept({"good": "checked 1", "bad": "suspicious 2"}, *points) == ["good"]


def test_points_of_all_policies_count_together() -> None:
    lineages = {("uid", "nightly"): [point("good", 1)], ("uid", "on-demand"): [point("new", 0)]}
    others = {("other", "nightly"): [point("theirs", 1)]}

    assert list(until_checked(lineages | others, {"good": "checked 1", "theirs": "checked 1"}, NOW)) == [
        "good"
    ]


def test_what_is_never_looked_into_keeps_nothing() -> None:
    good = point("good", 30)

    assert kept({"good": "checked 1"}, good, point("new", 9)) == [], "too old to be checked any more"
    assert kept({"good": "checked 1"}, good, point("new", 0, PointState.FAILED)) == []
    assert kept({}, good, point("new", 0)) == [], "nothing is known to be good"
