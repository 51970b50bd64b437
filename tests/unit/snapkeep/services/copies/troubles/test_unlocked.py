"""Copies without their lock, as people are told about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.services.copies.troubles.unlocked import unlocked
from tests.contract.ports.test_copy_journal import AT, a_copy


def test_the_copies_of_a_claim_are_one_trouble_with_their_count_and_the_newest_reason() -> None:
    one = a_copy(snapshot_id="snap-1").ready(AT, "not locked: no")
    newer = replace(one, snapshot_id="snap-2", taken=one.taken + timedelta(days=1))
    assert unlocked([]).by_cluster == {}
    assert unlocked([one]).by_cluster == {"myeks": {"shop/data (daily)": "snap-1 is not locked: no"}}
    (reason,) = unlocked([newer, one]).by_cluster["myeks"].values()
    assert reason == "2 copies; the newest: snap-2 is not locked: no"
