"""How long a point that was brought back is kept."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.retention.deletion.absences import Absence, brought_back
from tests.fakes.restore_samples import NOW

AWAY = Absence("snap-1", NOW - timedelta(days=90))


def test_what_is_seen_back_for_the_first_time_is_kept_for_72_hours_from_now() -> None:
    protection = brought_back(AWAY, NOW)
    assert protection is not None and protection.counts
    assert (
        protection.reason == "brought back after it was archived or deleted: kept until 2026-11-27 18:00 UTC"
    )


def test_its_time_runs_from_the_first_look_and_ends() -> None:
    back = Absence("snap-1", AWAY.since, NOW)
    assert brought_back(back, NOW + timedelta(hours=72, seconds=-1)) is not None
    assert brought_back(back, NOW + timedelta(hours=72)) is None
