"""The order of copies in a place: who has waited longest comes first, and nobody starves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.queue import FOR_FAILING, FOR_OLDER, next_up, room
from tests.unit.snapkeep.domain.copies.copy_samples import copy_at, source_at

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
TODAY = MONDAY + 7 * DAY


def test_what_is_in_flight_leaves_the_rest_of_fifteen() -> None:
    assert [room(busy) for busy in (0, 1, 14, 15, 20)] == [IN_FLIGHT, IN_FLIGHT - 1, 1, 0, 0]


def test_the_claim_whose_newest_copy_is_oldest_comes_first_and_one_without_before_all() -> None:
    wanted = [source_at(TODAY, name) for name in ("fresh", "late", "new")]
    copies = [copy_at(TODAY - DAY, "fresh"), copy_at(MONDAY, "late"), copy_at(MONDAY - DAY, "fresh")]
    assert [item.claim.name for item in next_up(wanted, copies, 9)] == ["new", "late", "fresh"]
    assert [item.claim.name for item in next_up(wanted, copies, 2)] == ["new", "late"]
    assert next_up(wanted, copies, 0) == []


def test_the_policies_of_a_claim_share_its_place_in_the_line() -> None:
    wanted = [source_at(TODAY, "a", "nightly"), source_at(TODAY - DAY, "b", "nightly")]
    copies = [copy_at(TODAY - timedelta(hours=6), "a", "hourly"), copy_at(TODAY - 2 * DAY, "b", "nightly")]
    assert [item.claim.name for item in next_up(wanted, copies, 9)] == ["b", "a"]


def test_claims_of_two_clusters_with_one_uid_stand_in_line_apart() -> None:
    """A cluster restored from the etcd of another one has its claims, UIDs included."""
    here = source_at(TODAY, "data")
    there = replace(here, claim=replace(here.claim, cluster="restored"))
    copied = copy_at(TODAY - DAY, "data")
    assert next_up([here, there], [copied], 9) == [there, here]
    failed = replace(copy_at(TODAY, "data", state=CopyState.FAILED), claim=there.claim)
    assert next_up([here, there], [copied, failed], 9) == [here, there]


def test_claims_whose_last_copy_failed_have_a_share_and_starve_nobody() -> None:
    wanted = [source_at(TODAY, f"claim-{number}") for number in range(20)]
    failing = [source_at(TODAY, f"bad-{number}") for number in range(20)]
    copies = [copy_at(MONDAY, item.claim.name) for item in wanted]
    copies += [copy_at(TODAY - DAY, item.claim.name, state=CopyState.FAILED) for item in failing]
    found = next_up([*failing, *wanted], copies, IN_FLIGHT)
    assert [item for item in found if item in failing] == found[-FOR_FAILING:]
    in_flight = copy_at(TODAY, found[-1].claim.name, state=CopyState.PENDING)
    assert all(item in wanted for item in next_up([*failing, *wanted], [*copies, in_flight], IN_FLIGHT))
    assert len(next_up(failing, copies, 20)) == 20


def test_a_claim_that_was_copied_after_a_failure_is_one_of_all_again() -> None:
    wanted = [source_at(TODAY, "a"), source_at(TODAY, "b")]
    failed = copy_at(TODAY - 2 * DAY, "b", state=CopyState.FAILED)
    copies = [failed, copy_at(MONDAY, "a")]
    assert [item.claim.name for item in next_up(wanted, copies, 9)] == ["a", "b"]
    mended = replace(copy_at(MONDAY - DAY, "b"), started_at=failed.started_at + DAY)
    assert [item.claim.name for item in next_up(wanted, [*copies, mended], 9)] == ["b", "a"]


def test_the_newest_point_of_a_claim_goes_before_its_older_ones() -> None:
    wanted = [source_at(MONDAY + number * DAY) for number in range(4)]
    found = next_up(wanted, [], 9)
    assert [item.taken for item in found] == [
        MONDAY + 3 * DAY,
        MONDAY,
        MONDAY + DAY,
        MONDAY + 2 * DAY,
    ]


def test_older_points_have_a_share_while_the_place_is_busy() -> None:
    wanted = [source_at(TODAY, f"claim-{number}") for number in range(20)]
    older = [source_at(MONDAY + number * DAY, "filled") for number in range(5)]
    copies = [copy_at(TODAY, "filled")]
    found = next_up([*wanted, *older], copies, IN_FLIGHT)
    assert [item.taken for item in found if item.claim.name == "filled"] == [
        MONDAY + number * DAY for number in range(FOR_OLDER)
    ]
    in_flight = [copy_at(item.taken, "filled", state=CopyState.PENDING) for item in older[:FOR_OLDER]]
    (next_one,) = next_up([*wanted, *older[FOR_OLDER:]], [*copies, *in_flight], 1)
    assert next_one.claim.name == "claim-0"
    (next_one,) = next_up([*wanted, *older[FOR_OLDER:]], copies, 1)
    assert next_one.claim.name == "filled"


def test_older_points_take_what_newer_ones_leave() -> None:
    older = [source_at(MONDAY + number * timedelta(hours=1)) for number in range(9)]
    copies = [copy_at(TODAY)]
    assert next_up(older, copies, 9) == older


names = st.sampled_from(["a", "b", "c", "d"])
times = st.integers(0, 20).map(lambda number: MONDAY + number * DAY)
sources = st.lists(st.builds(source_at, times, names), unique_by=lambda item: item.point_id, max_size=20)
copies = st.lists(
    st.builds(copy_at, times, names, st.just("daily"), st.sampled_from(CopyState)),
    unique_by=lambda item: item.point_id,
    max_size=20,
)


@given(sources, copies, st.integers(0, 20))
def test_every_place_is_used_and_nothing_is_started_twice(
    sources: list[Source], copies: list[Copy], places: int
) -> None:
    found = next_up(sources, copies, places)
    assert len(found) == min(places, len(sources))
    assert len({item.point_id for item in found}) == len(found)
    assert {item.point_id for item in found} <= {item.point_id for item in sources}
