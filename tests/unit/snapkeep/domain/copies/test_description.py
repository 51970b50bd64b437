"""Whoever edits the tags of a copy cannot edit its description."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.aws.ec2 import DESCRIPTION_LIMIT
from snapkeep.domain import tags
from snapkeep.domain.copies.copies import read_copy
from snapkeep.domain.copies.description import are_edited, description_of
from snapkeep.domain.copies.tags import COPY_FROM, COPY_OF, PLACE, SOURCE_VOLUME, TAKEN
from snapkeep.domain.retention.snapshot_tags import Unreadable
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import a_copy_of, a_source, moved_to


@pytest.mark.parametrize(
    "edited",
    [
        moved_to(a_copy_of(a_source()), NOW - timedelta(days=90)),
        {COPY_OF: "snap-of-another"},
        {SOURCE_VOLUME: "vol-of-another"},
        {PLACE: "vault"},
        {tags.NAMESPACE: "payments"},
    ],
    ids=str,
)
def test_tags_that_fit_each_other_must_fit_the_description_too(edited: dict[str, str]) -> None:
    copy = a_copy_of(a_source())
    found = read_copy(replace(copy, tags=copy.tags | edited))
    assert isinstance(found, Unreadable) and copy.description in found.reason


@pytest.mark.parametrize(
    "description",
    [
        "",
        "copied by hand",
        "[Copied snap-00000000000000001 from ap-northeast-2]",
        "Snapkeep: copy of snap-00000000000000001 of ap-northeast-2",
    ],
)
def test_a_copy_with_another_description_is_known_by_its_tags_alone(description: str) -> None:
    """One that was made by hand, or before descriptions said what the tags say."""
    found = read_copy(replace(a_copy_of(a_source()), description=description))
    assert not isinstance(found, Unreadable)


def test_a_description_reads_as_it_always_has_because_copies_keep_theirs() -> None:
    """Another text needs another beginning, or all copies made before would seem edited."""
    present = {
        tags.NAMESPACE: "shop",
        tags.CLAIM: "data",
        tags.POINT: "data-1",
        PLACE: "osaka",
        COPY_OF: "snap-1",
        SOURCE_VOLUME: "vol-1",
        TAKEN: "20261123T020000Z",
        COPY_FROM: "111122223333/ap-northeast-2",
    }
    assert description_of(present) == (
        "Snapkeep: copy of claim 863d6e3b38, point data-1 in osaka: snap-1 (vol-1, taken 20261123T020000Z) "
        "of 111122223333/ap-northeast-2"
    )


LONGEST = {
    tags.POINT: "p" * 63,
    PLACE: "p" * 20,
    COPY_OF: f"snap-{'0' * 17}",
    SOURCE_VOLUME: f"vol-{'0' * 17}",
    TAKEN: "20261123T020000Z",
    COPY_FROM: "111122223333/ap-southeast-2",
}


def test_ec2_takes_the_longest_description_whole() -> None:
    assert len(description_of(LONGEST)) < 255 == DESCRIPTION_LIMIT


def test_a_description_that_ec2_cut_still_fits_its_tags() -> None:
    """In a vault a claim's UID may stand for its volume, and a source may make up one of 64 characters."""
    copy = a_copy_of(a_source())
    longer = {**copy.tags, **LONGEST, SOURCE_VOLUME: "u" * 64}
    made = replace(copy, tags=longer, description=description_of(longer)[:DESCRIPTION_LIMIT])
    assert len(made.description) == DESCRIPTION_LIMIT and not are_edited(made)


def test_a_description_from_before_still_vouches_for_what_it_says() -> None:
    copy = a_copy_of(a_source())
    said = copy.description.partition(", ")[2]
    before = replace(copy, description=f"Snapkeep: copy of {said}")
    assert not are_edited(before)
    assert are_edited(replace(before, tags=copy.tags | {PLACE: "vault"}))
