"""Copies with edited tags are named, at most ten of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot
from snapkeep.domain.restore.unreadable_copies import left_out
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import a_copy_of, a_source


def edited(number: int) -> Snapshot:
    copy = a_copy_of(a_source(slot=NOW - timedelta(hours=number)))
    return replace(copy, tags=copy.tags | {tags.POLICY: "another"})


def test_nothing_is_said_of_copies_that_can_be_read() -> None:
    assert left_out([a_copy_of(a_source())]) == ""


def test_a_dozen_is_counted_and_ten_are_named() -> None:
    text = left_out(map(edited, range(12)))
    assert text.startswith("12 copies cannot be read and are left out: copy-snap-data-daily-")
    assert text.count("because") == 10 and text.endswith("; and 2 others")
