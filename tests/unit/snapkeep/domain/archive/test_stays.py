"""How much longer retention keeps a point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.archive.spans import FOREVER
from snapkeep.domain.archive.stays import stay_of
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import Kept
from snapkeep.domain.retention.rules import parse_retention

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TAKEN = NOW - timedelta(days=100)


@pytest.mark.parametrize(
    ("reasons", "retention", "days"),
    [
        (("monthly 3/12",), {"monthly": 12}, 273),
        (("monthly 12/12",), {"monthly": 12}, 0),
        (("monthly 3/12", "yearly 1/3"), {"monthly": 12, "yearly": 3}, 730),
        (("monthly within 1y",), {"within_monthly": "1y"}, 265),
        (("monthly 3/12",), {"monthly": 12, "max_age": "150d"}, 50),
        (("minimum 2/3",), {"monthly": 12}, 0),
        ((), {"monthly": 12}, 0),
    ],
)
def test_the_rule_that_keeps_it_longest_decides(
    reasons: tuple[str, ...], retention: dict[str, object], days: int
) -> None:
    kept = Kept(Candidate("snap-1", TAKEN, PointState.READY), reasons)
    assert stay_of(kept, parse_retention(retention), NOW).days == days


def test_all_means_for_ever_unless_the_claim_is_gone() -> None:
    kept = Kept(Candidate("snap-1", TAKEN, PointState.READY), ("monthly 3",))
    rules = parse_retention({"monthly": "all", "after_claim_deleted": "30d"})
    assert stay_of(kept, rules, NOW) == FOREVER
    assert stay_of(kept, rules, NOW, gone_since=NOW - timedelta(days=10)) == timedelta(days=20)
