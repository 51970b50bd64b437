"""What people read about the tier of a point, and why it is not archived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.archive.records import Archive
from snapkeep.domain.archive.shown import Tier, shown_tier, tier_of
from snapkeep.domain.sizes import GIB
from tests.contract.ports.samples import NOW
from tests.fakes.preflight_samples import a_point

MEASURED = Archive(
    "myeks", "snap-1", "shop/data", "nightly", "vol-1", "snap-0", "snap-2", 1 * GIB, 20 * GIB, NOW
)
FIGURES = (
    "1.0 GiB of 20 GiB are in no other snapshot (5%), and archiving pays beyond 25%, as measured on "
    f"{NOW:%Y-%m-%d}"
)


def test_an_archived_point_says_since_when_and_what_bringing_it_back_takes() -> None:
    shown = tier_of(a_point(archived=True, archived_at=NOW, full_bytes=20 * GIB))
    assert (shown.tier, shown.since) == (Tier.ARCHIVED, NOW)
    assert "in up to 72 hours, for about $0.60" in shown.words
    by_hand = tier_of(a_point(archived=True))
    assert by_hand.words.startswith("in the archive tier; a restore brings it back first")


def test_one_that_is_back_says_until_when() -> None:
    until = NOW + timedelta(days=7)
    shown = tier_of(a_point(archived_at=NOW, back_to_archive_at=until))
    assert (shown.tier, shown.until) == (Tier.BACK, until)
    assert "; back until " in shown.words


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (None, "not archived: it is measured once monthly and yearly rules alone keep it for long enough"),
        (MEASURED, f"not archived: {FIGURES}"),
        (MEASURED.put_off("EC2 is busy"), f"not archived: not begun: EC2 is busy; {FIGURES}"),
        (
            replace(MEASURED, attempt=3).failed("internal error", NOW),
            f"not archived: given up: internal error; {FIGURES}",
        ),
        (MEASURED.archived(NOW), "somebody brought it back from the archive tier for good"),
    ],
)
def test_one_in_the_standard_tier_says_why(record: Archive | None, words: str) -> None:
    shown = shown_tier(a_point(), record, archives=True)
    assert (shown.tier, shown.words) == (Tier.STANDARD, words)


def test_one_on_its_way_says_since_when() -> None:
    shown = shown_tier(a_point(), MEASURED.intended(NOW), archives=True)
    assert shown.tier is Tier.ARCHIVING
    assert shown.words.startswith("on its way to the archive tier since ")


def test_without_the_setting_there_is_nothing_to_say() -> None:
    assert shown_tier(a_point(), None, archives=False).words == ""
    assert shown_tier(a_point(place="osaka"), None, archives=True).words == ""
