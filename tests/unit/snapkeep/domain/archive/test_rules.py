"""The setting `archive_after`, and the rules whose points it archives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.archive.rules import archived_from, parse_archive_after, periods_of
from snapkeep.domain.retention.rules import Duration

BOTH = {"monthly": Duration(days=30), "yearly": Duration(days=400)}


def test_the_setting_is_read_and_refused_in_words() -> None:
    assert parse_archive_after({"monthly": "30d", "yearly": "400d"}) == BOTH
    with pytest.raises(
        ValueError, match="weekly: no points of this rule are archived; allowed: monthly, yearly"
    ):
        parse_archive_after({"weekly": "30d"})
    with pytest.raises(ValueError, match="is not a duration"):
        parse_archive_after({"monthly": "30"})


@pytest.mark.parametrize(
    ("reasons", "periods"),
    [
        (("monthly 3/12",), ("monthly",)),
        (("monthly 3/12", "yearly 1/3", "monthly within 2y"), ("monthly", "yearly")),
        (("monthly 3/12", "weekly 2/4"), ()),
        (("monthly 3/12", "minimum 2/3"), ()),
        (("oldest monthly",), ()),
        ((), ()),
    ],
)
def test_only_points_that_nothing_else_keeps_have_periods(
    reasons: tuple[str, ...], periods: tuple[str, ...]
) -> None:
    assert periods_of(reasons) == periods


def test_every_rule_that_keeps_a_point_must_let_it_go() -> None:
    assert archived_from(("monthly",), BOTH) == timedelta(days=30)
    assert archived_from(("monthly", "yearly"), BOTH) == timedelta(days=400)
    assert archived_from(("monthly", "yearly"), {"monthly": Duration(days=30)}) is None
    assert archived_from((), BOTH) is None
