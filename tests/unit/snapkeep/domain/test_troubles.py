"""Troubles: new ones at once or after some patience, what lasts again every week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.troubles import REMIND_AFTER, Trouble, resume

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


def test_a_trouble_is_due_once_it_lasted_for_the_patience() -> None:
    trouble = Trouble("shop/data", "failed", NOW)
    patience = timedelta(minutes=45)
    assert trouble.is_due(NOW, timedelta())
    assert not trouble.is_due(NOW + timedelta(minutes=44), patience)
    assert trouble.is_due(NOW + patience, patience)


def test_what_was_told_is_due_again_after_a_week_whatever_the_clock_did() -> None:
    trouble = Trouble("shop/data", "failed", NOW - timedelta(days=30), told_at=NOW)
    assert not trouble.is_due(NOW + REMIND_AFTER - timedelta(seconds=1), timedelta())
    assert trouble.is_due(NOW + REMIND_AFTER, timedelta())
    assert trouble.is_due(NOW - timedelta(days=3650), timedelta())


def test_what_lasts_keeps_its_age_and_gets_the_newest_reason() -> None:
    known = {"a": Trouble("a", "old", NOW - timedelta(days=1), told_at=NOW), "b": Trouble("b", "b", NOW)}
    assert resume(known, {"a": "new", "c": "c"}, NOW) == {
        "a": Trouble("a", "new", NOW - timedelta(days=1), told_at=NOW),
        "c": Trouble("c", "c", NOW),
    }
