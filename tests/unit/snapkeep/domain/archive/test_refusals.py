"""Why a point stays in the standard tier, as people read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.archive import refusals
from snapkeep.domain.retention.candidates import held
from snapkeep.domain.retention.rules import Duration

MONTHLY = {"monthly": Duration(days=30)}


def test_the_words() -> None:
    assert refusals.also_kept(("monthly 2/12", "yearly 1/3"), MONTHLY) == (
        "kept by yearly 1/3; only points that monthly alone keeps are archived"
    )
    assert refusals.too_young(datetime(2026, 12, 3, tzinfo=UTC)) == "archived from 2026-12-03 00:00 UTC on"
    assert refusals.short_stay(timedelta(days=-3)).startswith("retention keeps it for about 0 more days only")
    assert refusals.protected([held("restore r-1"), held("me")]) == "held by restore r-1; held by me"
    assert refusals.needed_by_copy("backup") == (
        "the copy to backup needs it: EC2 copies no archived snapshot"
    )
    assert "25 snapshots of its volume" in refusals.FULL
