"""What a copy's tags say to a restore."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.points import Snapshot
from snapkeep.domain.restore.copied_points import origins, point_of_copy
from tests.fakes.adopting import AdoptingWorld

OSAKA = "ap-northeast-3"


@pytest.fixture
def copy() -> Snapshot:
    return AdoptingWorld().copy_of("mysql")


def test_its_time_is_that_of_its_source_and_it_names_where_it_comes_from(copy: Snapshot) -> None:
    point = point_of_copy(copy, OSAKA)
    assert point is not None
    assert point.id == copy.tags[tags.POINT]
    assert f"{point.started_at:%Y%m%dT%H%M%SZ}" == copy.tags[copy_tags.TAKEN]
    assert point.started_at < copy.started_at
    assert (point.place, point.copied_from) == ("osaka", copy.tags[copy_tags.COPY_FROM])
    assert (point.region, point.driver_tags, point.object_name) == (OSAKA, {}, "")


@pytest.mark.parametrize(
    "changed",
    [
        {tags.MANAGED: "true"},
        {tags.DUPLICATE: "true"},
        {copy_tags.CANCELLED: "20261124T180000Z"},
        {copy_tags.COPY_OF: ""},
        {copy_tags.TAKEN: "yesterday"},
        {copy_tags.TAKEN: "20361124T180000Z"},
        {tags.CLAIM_UID: "another"},
    ],
    ids=str,
)
def test_what_does_not_count_or_was_edited_is_no_point(copy: Snapshot, changed: dict[str, str]) -> None:
    assert point_of_copy(replace(copy, tags=copy.tags | changed), OSAKA) is None


def test_clusters_of_one_name_in_two_regions_are_two(copy: Snapshot) -> None:
    point = point_of_copy(copy, OSAKA)
    assert point is not None
    elsewhere = replace(point, copied_from="111122223333/us-east-1")
    assert origins([point, elsewhere, point]) == sorted(
        [("myeks", point.copied_from), ("myeks", "111122223333/us-east-1")]
    )
