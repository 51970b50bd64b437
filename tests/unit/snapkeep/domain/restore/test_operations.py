"""What a restore remembers of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.restore.operations import HOLD_FOR, Stage, TimelineEntry
from tests.fakes.restore_samples import NOW, a_restore


def test_a_restore_stays_open_until_it_is_cleaned_up() -> None:
    accepted = a_restore()
    assert accepted.is_open
    bound = accepted.happened(NOW, "bound", Stage.BOUND)
    assert bound.is_open
    assert not replace(bound, cleaned=True).is_open


def test_what_happened_is_told_in_order() -> None:
    later = NOW + timedelta(seconds=4)
    restore = a_restore().happened(NOW, "made").failed(later, "the namespace is gone")
    assert restore.timeline == (
        TimelineEntry(NOW, "made"),
        TimelineEntry(later, "failed: the namespace is gone"),
    )
    assert (restore.stage, restore.reason) == (Stage.FAILED, "the namespace is gone")


def test_a_hold_is_renewed_when_less_than_half_a_day_is_left() -> None:
    assert a_restore().must_renew(NOW)
    held = replace(a_restore(), held_until=NOW + HOLD_FOR)
    assert not held.must_renew(NOW + timedelta(hours=12))
    assert held.must_renew(NOW + timedelta(hours=12, seconds=1))
