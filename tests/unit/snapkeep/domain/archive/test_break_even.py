"""Archiving pays when enough blocks are in no other snapshot, and the point stays for long enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.archive.break_even import BreakEven, bring_back_dollars, unique_bytes
from snapkeep.domain.sizes import GIB

YEAR = timedelta(days=365)
sizes = st.integers(1, 16 * 1024 * GIB)


@given(sizes, sizes, st.integers(90, 3650))
def test_archiving_pays_beyond_a_quarter_of_the_whole(unique: int, full: int, days: int) -> None:
    unique = min(unique, full)
    assert BreakEven(unique, full, timedelta(days=days)).pays == (4 * unique > full)


@given(sizes, sizes, st.integers(0, 89))
def test_it_never_pays_for_less_than_what_is_billed_anyway(unique: int, full: int, days: int) -> None:
    assert not BreakEven(unique, full, timedelta(days=days)).pays


@given(st.sets(st.integers(0, 99)), st.sets(st.integers(0, 99)))
def test_only_blocks_that_differ_from_both_neighbours_count(before: set[int], following: set[int]) -> None:
    assert unique_bytes(sorted(before), sorted(following)) == len(before & following) * 512 * 1024


def test_the_figures_are_in_words() -> None:
    assert BreakEven(6 * GIB, 10 * GIB, YEAR).in_words() == (
        "6.0 GiB of 10 GiB are in no other snapshot (60%); in 365 days that costs $3.60 in the standard "
        "tier, and the whole costs $1.50 in the archive tier (us-east-1's prices of 2026-11-28)"
    )
    assert BreakEven(6 * GIB, 10 * GIB, YEAR).saved_dollars == pytest.approx(2.10, abs=0.01)
    assert "in 3650 days" in BreakEven(GIB, GIB, timedelta.max).in_words()
    assert not BreakEven(0, 0, YEAR).pays
    assert bring_back_dollars(100 * GIB) == pytest.approx(3.00)
