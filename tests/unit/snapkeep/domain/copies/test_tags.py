"""A copy's tags say all about its point, and nothing that lets anybody take it for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.tags import (
    COPY_FROM,
    COPY_OF,
    PLACE,
    SOURCE_VOLUME,
    TAKEN,
    copy_tags,
    is_copy,
    is_from_elsewhere,
)
from snapkeep.domain.drivers import AUTO_MODE, DRIVERS
from snapkeep.domain.points import Point
from tests.contract.ports.samples import a_point
from tests.unit.snapkeep.domain.copies.copy_samples import HOME, OSAKA, a_copy_of, a_source


def tags_of_driver(point: Point) -> set[str]:
    return {key for driver in DRIVERS.values() for key in driver.tags(point.claim.cluster)}


@pytest.mark.parametrize("driver", [*DRIVERS])
def test_a_copy_carries_every_tag_of_its_point_but_those_of_the_driver(driver: str) -> None:
    point = a_point()
    point = replace(point, claim=replace(point.claim, driver=driver, partition="1"), group="app=web")
    full = tags.full_tags(point)
    found = copy_tags(replace(a_source(), tags=full), OSAKA, HOME)
    assert (
        found.items()
        >= {key: full[key] for key in full.keys() - tags_of_driver(point) - {tags.MANAGED}}.items()
    )
    assert not found.keys() & tags_of_driver(point)
    assert (tags.DRIVER in found) == (driver == AUTO_MODE.name)


def test_holds_marks_and_tags_of_others_stay_behind() -> None:
    source = a_source(changed={tags.HOLD: "audit", "team": "shop", tags.SNAPSHOT_NAME: "x"})
    assert not copy_tags(source, OSAKA, HOME).keys() & {tags.HOLD, "team", tags.SNAPSHOT_NAME}


def test_a_copy_says_where_it_comes_from_and_how_old_its_data_is() -> None:
    source = a_source()
    found = copy_tags(source, OSAKA, HOME)
    assert found[COPY_OF] == source.id
    assert found[COPY_FROM] == "111122223333/ap-northeast-2"
    assert found[SOURCE_VOLUME] == "vol-data"
    assert found[PLACE] == "osaka"
    assert found[TAKEN] == f"{source.started_at:%Y%m%dT%H%M%SZ}"


def test_times_of_a_fraction_of_a_second_can_be_written() -> None:
    source = replace(a_source(), started_at=a_source().started_at + timedelta(microseconds=900_000))
    assert copy_tags(source, OSAKA, HOME)[TAKEN] == f"{source.started_at:%Y%m%dT%H%M%SZ}"


def test_a_copy_is_no_point_and_a_point_no_copy() -> None:
    source = a_source()
    copied = copy_tags(source, OSAKA, HOME)
    assert is_copy(copied) and not tags.are_ours(copied)
    assert tags.are_ours(source.tags) and not is_copy(source.tags)
    assert not is_copy({tags.MANAGED: "copy"}) and not is_copy({COPY_OF: "snap-1"})


def test_ec2_takes_them_all() -> None:
    found = copy_tags(a_source(), OSAKA, HOME)
    assert len(found) < 50 and all(len(value) <= 256 for value in found.values())


def test_a_copy_from_another_account_or_region_is_from_elsewhere() -> None:
    copy = a_copy_of(a_source())
    here = Home("", HOME.region)
    assert not is_from_elsewhere(copy, here) and not is_from_elsewhere(copy, HOME)
    assert is_from_elsewhere(copy, Home("", "us-east-1"))
    for whence in ("111122223333/us-east-1", "222233334444/ap-northeast-2", "ap-northeast-2", "?"):
        assert is_from_elsewhere(replace(copy, tags=copy.tags | {COPY_FROM: whence}), here)
    assert not is_from_elsewhere(replace(copy, tags={}), here)


def test_a_copy_of_another_accounts_point_is_from_there_and_not_from_the_account_of_the_copy() -> None:
    there = Home("222233334444", HOME.region)
    copy = a_copy_of(a_source())
    assert is_from_elsewhere(copy, there)
    copy = replace(copy, tags=copy.tags | {COPY_FROM: str(there)})
    assert not is_from_elsewhere(copy, there) and is_from_elsewhere(copy, Home("", HOME.region))
