"""One incident per instance: laws of the merge, and the stories it is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.interruption.incidents import Incident, incident
from snapkeep.domain.interruption.notices import Hook, Kind, Notice

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TIMES = st.integers(0, 5).map(lambda minutes: AT + minutes * MINUTE)
NOTICES = st.builds(
    Notice,
    key=st.sampled_from("abc"),
    kind=st.sampled_from(Kind),
    instance=st.just("i-1"),
    announced_at=TIMES,
    action=st.sampled_from(["", "terminate", "terminated"]),
    deadline=st.none() | TIMES,
    window_end=st.none() | TIMES,
    subject=st.sampled_from(["", "arn"]),
    withdrawn=st.booleans(),
    hook=st.none() | st.builds(Hook, st.just("g"), st.just("h"), st.sampled_from("xy")),
)
INCIDENTS = st.lists(NOTICES, max_size=6).map(lambda notices: incident("i-1", notices))


def merge(one: Incident, other: Incident) -> Incident:
    """Both as one."""
    return incident(one.instance, (*one.notices, *other.notices))


@given(INCIDENTS, INCIDENTS, INCIDENTS)
def test_merging_knows_neither_order_nor_grouping_nor_repetition(
    a: Incident, b: Incident, c: Incident
) -> None:
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a
    assert merge(merge(a, b), b) == merge(a, b)


def test_a_recommendation_and_then_the_warning_are_one_incident_with_the_warning_s_deadline() -> None:
    recommended = Notice("r", Kind.REBALANCE, "i-1", AT)
    warned = Notice("w", Kind.SPOT, "i-1", AT + MINUTE, "terminate", AT + 3 * MINUTE)
    assert incident("i-1", [warned, recommended, warned]).notices == (recommended, warned)
    assert incident("i-1", [warned, recommended]).deadline(AT) == AT + 3 * MINUTE


def test_a_copy_sent_later_gives_no_more_time() -> None:
    warned = Notice("w", Kind.SPOT, "i-1", AT, "terminate", AT + 2 * MINUTE)
    copy = replace(warned, announced_at=AT + MINUTE, deadline=AT + 3 * MINUTE)
    assert incident("i-1", [copy, warned]).deadline(AT) == AT + 2 * MINUTE


def test_a_cancelled_change_has_no_deadline_and_a_new_date_after_it_has() -> None:
    planned = Notice("p", Kind.HEALTH, "i-1", AT, "reboot", AT + 9 * MINUTE, "arn")
    cancelled = Notice("c", Kind.HEALTH, "i-1", AT + MINUTE, "reboot", None, "arn", withdrawn=True)
    again = replace(planned, key="q", announced_at=AT + 2 * MINUTE, deadline=AT + 20 * MINUTE)
    assert incident("i-1", [cancelled, planned]).standing_notices == ()
    assert incident("i-1", [cancelled, planned]).deadline(AT) is None
    assert incident("i-1", [again, cancelled, planned]).deadline(AT) == AT + 20 * MINUTE


def test_a_change_that_is_put_off_has_its_new_date_only() -> None:
    planned = Notice("p", Kind.HEALTH, "i-1", AT, "reboot", AT + 9 * MINUTE, "arn")
    later = replace(planned, key="q", announced_at=AT + MINUTE, deadline=AT + 90 * MINUTE)
    assert incident("i-1", [later, planned]).standing_notices == (later,)
    assert incident("i-1", [later, planned]).deadline(AT) == AT + 90 * MINUTE


def test_a_deadline_that_came_to_nothing_leaves_the_next_one_its_time() -> None:
    first = Notice("w", Kind.SPOT, "i-1", AT, "terminate", AT + 2 * MINUTE)
    second = replace(first, key="x", announced_at=AT + 60 * MINUTE, deadline=AT + 62 * MINUTE)
    both = incident("i-1", [first, second])
    assert both.deadline(AT + 60 * MINUTE) == AT + 62 * MINUTE
    assert incident("i-1", [first]).deadline(AT + 60 * MINUTE) is None


def test_the_deadline_of_a_machine_that_died_of_it_stays_known() -> None:
    warned = Notice("w", Kind.SPOT, "i-1", AT, "terminate", AT + 2 * MINUTE)
    dead = Notice("s", Kind.STATE, "i-1", AT + 2 * MINUTE, "shutting-down")
    assert incident("i-1", [warned, dead]).deadline(AT + 60 * MINUTE) == AT + 2 * MINUTE


def test_a_machine_that_runs_again_has_no_deadline_of_before() -> None:
    stopped = Notice("w", Kind.SPOT, "i-1", AT, "stop", AT + 2 * MINUTE)
    again = Notice("r", Kind.STATE, "i-1", AT + 5 * MINUTE, "running")
    assert incident("i-1", [stopped, again]).deadline(AT + 5 * MINUTE) is None


@pytest.mark.parametrize(
    ("state", "dead"), [("stopped", False), ("shutting-down", False), ("terminated", True)]
)
def test_only_terminated_is_death(state: str, dead: bool) -> None:
    assert incident("i-1", [Notice("s", Kind.STATE, "i-1", AT, state)]).terminated is dead


def test_a_notice_of_another_instance_is_refused() -> None:
    with pytest.raises(ValueError, match="about i-2, the incident about i-1"):
        incident("i-1", [Notice("s", Kind.STATE, "i-2", AT, "stopped")])
