"""What is said of a snapshot in the archive tier."""

from __future__ import annotations

from datetime import UTC, datetime

from snapkeep.domain.archive.tier_words import archived_words, back_words

SINCE, UNTIL = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=UTC)


def test_an_archived_one_says_since_when_if_that_is_known_and_what_a_restore_takes() -> None:
    rest = "; a restore brings it back first, in up to 72 hours, for about $0.60"
    assert archived_words(SINCE, 20 * 2**30) == f"in the archive tier since 2026-12-01 00:00 UTC{rest}"
    assert archived_words(None, 20 * 2**30) == f"in the archive tier{rest}"


def test_one_that_is_back_says_until_when() -> None:
    words = "in the archive tier since 2026-12-01 00:00 UTC; back until 2026-12-08 00:00 UTC"
    assert back_words(SINCE, UNTIL) == words
