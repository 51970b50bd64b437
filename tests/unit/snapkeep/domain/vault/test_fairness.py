"""How sources share what EC2 takes at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.vault.fairness import Demand, share_of

AT = datetime(2026, 11, 24, tzinfo=UTC)
NUMBERS = st.integers(0, 30)


def demand(source: str, in_flight: int = 0, waiting: int = 100, minutes: int = 0) -> Demand:
    return Demand(source, in_flight, waiting, AT + timedelta(minutes=minutes))


def shares(demands: list[Demand], free: int) -> dict[str, int]:
    return {each.source: share_of(each.source, demands, free) for each in demands}


def test_who_waits_alone_gets_all_and_who_does_not_wait_gets_none() -> None:
    assert shares([demand("a"), demand("b", waiting=0)], 15) == {"a": 15, "b": 0}
    assert share_of("a", [], 15) == 0


def test_places_go_evenly_to_those_who_wait_and_the_odd_one_to_who_waits_longest() -> None:
    assert shares([demand("a", minutes=1), demand("b")], 15) == {"a": 7, "b": 8}
    assert shares([demand("a"), demand("b", waiting=2)], 15) == {"a": 13, "b": 2}


def test_what_is_in_progress_counts() -> None:
    assert shares([demand("a", in_flight=10), demand("b")], 5) == {"a": 0, "b": 5}
    assert shares([demand("a", in_flight=3), demand("b")], 5) == {"a": 1, "b": 4}


def test_a_source_without_copies_in_progress_is_not_passed_over_for_ever() -> None:
    demands = [demand(f"s{number:02}", in_flight=number < 15, minutes=number) for number in range(20)]
    assert shares(demands, 1)["s15"] == 1


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=8), NUMBERS)
def test_no_place_is_given_twice_and_none_is_left_while_somebody_waits(
    some: list[tuple[int, int, int]], free: int
) -> None:
    demands = [demand(f"s{number}", *each) for number, each in enumerate(some)]
    given = shares(demands, free)
    assert sum(given.values()) == min(free, sum(each.waiting for each in demands))
    totals = {each.source: each.in_flight + given[each.source] for each in demands}
    for each in demands:
        assert given[each.source] <= each.waiting
        if given[each.source] < each.waiting:  # nobody who got a place now has more than one above it
            got = [totals[name] for name, count in given.items() if count]
            assert max(got, default=0) <= totals[each.source] + 1
