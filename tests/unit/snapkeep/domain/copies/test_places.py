"""Places use a part of what EC2 allows, because others copy there, too."""

from __future__ import annotations

from snapkeep.domain.copies.places import IN_FLIGHT, MOST_IN_PROGRESS


def test_others_in_the_account_can_still_copy_to_the_region() -> None:
    assert 0 < IN_FLIGHT < MOST_IN_PROGRESS
