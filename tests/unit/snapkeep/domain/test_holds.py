"""When a hold ends."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.holds import Hold
from tests.fakes.restore_samples import NOW


def test_a_hold_ends_at_its_time_and_not_before() -> None:
    hold = Hold("snap-1", "ann", "audit", NOW)
    assert hold.ended(NOW) and not hold.ended(NOW - timedelta(seconds=1))
    assert hold.ends == NOW


def test_a_hold_without_an_end_never_ends_by_itself() -> None:
    hold = Hold("snap-1", "ann", "audit")
    assert hold.ends is None and not hold.ended(NOW + timedelta(days=365_000))


def test_only_the_hold_of_a_restore_names_one() -> None:
    holders = ("restore 0123", "failed restore 0123", "api", "tag")
    assert [Hold("snap-1", holder, "because").restore for holder in holders] == ["0123", "", "", ""]
