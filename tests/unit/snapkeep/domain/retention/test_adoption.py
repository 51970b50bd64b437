"""Adopting: what names no deployment gets a name; what is another's only when that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.adoption import adopting_tags
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, read
from tests.fakes.world import SLOT, World, a_claim
from tests.unit.snapkeep.services.test_two_deployments import from_before


def a_point_of(deployment: str) -> Snapshot:
    """The complete snapshot of a point that a deployment took."""
    world = World(a_claim("mysql"), name=deployment)
    world.back_up(SLOT)
    (made,) = world.ebs.all.values()
    return made


def without_name() -> Snapshot:
    """A point from before deployments had names."""
    made = a_point_of("green")
    return replace(made, tags=from_before(made.tags))


def test_what_names_no_deployment_gets_the_name_and_keeps_its_id() -> None:
    assert adopting_tags(without_name(), "myeks", "blue") == {tags.DEPLOYMENT: "blue"}


def test_what_was_adopted_once_or_is_anothers_stays_as_it_is() -> None:
    for owner in ("blue", "green"):
        assert adopting_tags(a_point_of(owner), "myeks", "blue") == {}


def test_a_point_of_a_deployment_that_is_gone_fits_its_tags_afterwards() -> None:
    theirs = a_point_of("green")
    adopted = replace(theirs, tags=theirs.tags | adopting_tags(theirs, "myeks", "blue", "green"))

    assert adopted.tags[tags.DEPLOYMENT] == "blue"
    assert isinstance(read(adopted, "myeks"), ReadablePoint)
    back = adopted.tags | adopting_tags(adopted, "myeks", "green", "blue")
    assert back == theirs.tags


@pytest.mark.parametrize("former", ["", "green"])
@pytest.mark.parametrize(
    "changed",
    [
        {"state": SnapshotState.PENDING},
        {"state": SnapshotState.ERROR},
        {"state": SnapshotState.RECOVERABLE},
        {"tags": {tags.MANAGED: "true", tags.CLUSTER: "myeks"}},
        {"tags": {**a_point_of("green").tags, tags.CLUSTER: "elsewhere"}},
    ],
)
def test_what_has_not_ended_or_is_no_point_of_the_cluster_is_left_alone(
    former: str, changed: dict[str, object]
) -> None:
    made = a_point_of("green") if former else without_name()
    assert adopting_tags(replace(made, **changed), "myeks", "blue", former) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("key", [tags.POINT, tags.CLAIM_UID, tags.SLOT, tags.POLICY])
def test_a_point_whose_tags_somebody_changed_is_left_to_people(key: str) -> None:
    theirs = a_point_of("green")
    for spoiled in ({**theirs.tags, key: "x"}, {k: v for k, v in theirs.tags.items() if k != key}):
        assert adopting_tags(replace(theirs, tags=spoiled), "myeks", "blue", "green") == {}


@pytest.mark.parametrize("emptied", [{}, {tags.DEPLOYMENT: ""}])
def test_a_point_that_lost_its_name_gets_back_its_own_and_no_other(emptied: dict[str, str]) -> None:
    theirs = a_point_of("green")
    rest = {key: value for key, value in theirs.tags.items() if key != tags.DEPLOYMENT}
    nameless = replace(theirs, tags=rest | emptied)

    assert adopting_tags(nameless, "myeks", "blue") == {}
    assert adopting_tags(nameless, "myeks", "green") == {tags.DEPLOYMENT: "green"}
