"""Announcements about instances in all their shapes, the others as a quiet nothing."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.interruption.incidents import incident
from snapkeep.domain.interruption.notices import Hook, Kind, Notice
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.interruptions import _READERS, notices, notices_in_body

SAMPLES = Path(__file__).parents[4] / "events" / "handle_interruption"
INSTANCE = "i-0a1b2c3d4e5f60718"
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return event


def body(name: str) -> tuple[Notice, ...] | None:
    return notices_in_body(json.dumps(sample(name)))


@pytest.mark.parametrize(
    ("name", "action", "seconds"),
    [
        ("spot_terminate", "terminate", 120),
        ("spot_stop", "stop", 120),
        ("spot_hibernate", "hibernate", 0),
        ("spot_zone_arn", "terminate", 120),
    ],
)
def test_a_spot_warning_tells_its_action_and_deadline(name: str, action: str, seconds: int) -> None:
    found = notices(sample(name))
    assert found is not None
    (notice,) = found
    assert (notice.kind, notice.instance, notice.action) == (Kind.SPOT, INSTANCE, action)
    assert notice.deadline == AT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("name", "kind", "action"),
    [
        ("rebalance", Kind.REBALANCE, ""),
        ("state_terminated", Kind.STATE, "terminated"),
        ("capacity", Kind.CAPACITY, "terminate"),
    ],
)
def test_events_that_name_no_time_have_no_deadline(name: str, kind: Kind, action: str) -> None:
    event = sample(name)
    assert notices(event) == (Notice(event["id"], kind, INSTANCE, AT, action),)


def test_a_lifecycle_action_is_the_same_notice_whichever_way_it_comes() -> None:
    ways = [body("lifecycle"), body("lifecycle_direct"), body("lifecycle_sns")]
    token = "87654321-4321-4321-4321-210987654321"
    hook = Hook("lab-spot", "drain", token)
    assert ways == [(Notice(token, Kind.LIFECYCLE, INSTANCE, AT, "terminate", hook=hook),)] * 3


@pytest.mark.parametrize("field", ["Event", "LifecycleTransition"])
def test_the_test_message_of_a_hook_concerns_no_instance(field: str) -> None:
    assert body("lifecycle_test") == ()
    assert notices_in_body(json.dumps({field: "autoscaling:TEST_NOTIFICATION"})) == ()


def test_a_health_event_concerns_each_of_its_instances_from_its_start_on() -> None:
    found = notices(sample("health_three"))
    assert found is not None
    assert len({notice.instance for notice in found}) == len(found) == 3
    assert {notice.deadline for notice in found} == {datetime(2026, 12, 8, 15, 10, 9, tzinfo=UTC)}


def test_a_closed_health_event_takes_back_what_was_planned() -> None:
    planned, closed = notices(sample("health_three")), notices(sample("health_cancelled"))
    assert planned and closed
    assert incident(INSTANCE, [closed[0], planned[0]]).standing_notices == ()


@pytest.mark.parametrize("status", ["IMPAIRED", "UNIMPAIRED", "PENDING", "UNKNOWN", "", None, 7])
def test_only_what_is_resolved_is_not_affected_any_more(status: object) -> None:
    event = sample("health_one_resolved")
    event["detail"]["affectedEntities"][1]["status"] = status
    found = notices(event)
    assert found is not None
    assert [(notice.withdrawn, notice.deadline is None) for notice in found] == [(True, True)] + [
        (False, False)
    ] * 2


@pytest.mark.parametrize(("first", "second"), [("RESOLVED", "PENDING"), ("PENDING", "RESOLVED")])
def test_an_instance_that_is_named_twice_is_resolved_only_if_both_say_so(first: str, second: str) -> None:
    event = sample("health_one_resolved")
    twice = [{"entityValue": INSTANCE, "status": status} for status in (first, second)]
    event["detail"]["affectedEntities"] = twice
    assert [notice.withdrawn for notice in notices(event) or ()] == [False]


def test_a_resolution_and_a_closing_under_one_name_are_no_copies_of_the_announcement() -> None:
    planned = sample("health_three")
    resolved = sample("health_one_resolved")
    resolved["detail"]["communicationId"] = planned["detail"]["communicationId"]
    found = [(notices(event) or ())[0] for event in (planned, resolved)]
    assert incident(INSTANCE, found).standing_notices == ()


def test_a_window_has_its_start_as_the_deadline_and_is_over_at_its_end() -> None:
    (first, *_) = notices(sample("health_window")) or ()
    assert first.deadline == datetime(2026, 12, 8, 2, tzinfo=UTC)
    assert first.window_end == datetime(2026, 12, 8, 6, tzinfo=UTC)


@pytest.mark.parametrize("end", [None, "", "Tue, 08 Dec 2026 02:00:00 GMT", "Mon, 07 Dec 2026 02:00:00 GMT"])
def test_without_an_end_after_its_start_there_is_no_window(end: str | None) -> None:
    event = sample("health_window")
    event["detail"]["endTime"] = end
    assert {notice.window_end for notice in notices(event) or ()} == {None}


def test_an_end_that_is_no_time_is_named() -> None:
    event = sample("health_window")
    event["detail"]["endTime"] = "later"
    with pytest.raises(MalformedMessage, match="'endTime' is not a time: 'later'"):
        notices(event)


def test_a_page_that_names_its_instances_as_resources_only_is_read_too() -> None:
    event = sample("health_three")
    del event["detail"]["affectedEntities"]
    assert notices(event) == notices(sample("health_three"))


@pytest.mark.parametrize("change", [{"service": "RDS"}, {"eventTypeCategory": "issue"}])
def test_other_health_events_concern_no_instance(change: dict[str, str]) -> None:
    event = sample("health_three")
    event["detail"].update(change)
    assert notices(event) == ()


def test_unknown_kinds_are_a_quiet_nothing() -> None:
    assert notices(sample("unknown_kind")) is None
    assert notices_in_body("{}") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": "soon"}, "'time' is not a time: 'soon'"),
        ({"time": "9999-12-31T23:59:59Z"}, "no room for a deadline"),
        ({"id": 7}, "'id' must be a string, got 7"),
        ({"detail": []}, "where fields belong"),
        ({"detail": {"instance-id": "web", "instance-action": "stop"}}, "'web'"),
        ({"detail": {"instance-id": INSTANCE, "instance-action": "explode"}}, "terminate, stop, hibernate"),
    ],
)
def test_a_known_kind_that_holds_nonsense_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(MalformedMessage, match=words):
        notices(sample("spot_terminate") | change)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("instance-id", "instance-action", "state", "service", "eventTypeCategory", "startTime", "endTime")
WORDS = st.sampled_from(
    [INSTANCE, "terminate", "EC2", "scheduledChange", "2026-11-24T12:00:00Z", "0001-01-01"]
)
DETAILS = st.dictionaries(
    st.sampled_from((*KEYS, "statusCode", "LifecycleTransition", "affectedEntities")), WORDS | ANYTHING
)
TIMES = WORDS | ANYTHING | st.datetimes().map(str)


@given(kind=st.sampled_from(sorted(_READERS)), detail=DETAILS | ANYTHING, time=TIMES, id=WORDS | ANYTHING)
def test_no_event_of_a_known_kind_raises_anything_else(
    kind: tuple[str, str], detail: object, time: object, id: object
) -> None:
    event = {"source": kind[0], "detail-type": kind[1], "detail": detail, "time": time, "id": id}
    with contextlib.suppress(MalformedMessage):
        notices(event)
    with contextlib.suppress(MalformedMessage):
        notices_in_body(json.dumps(event))


@given(st.text() | ANYTHING.map(json.dumps) | DETAILS.map(json.dumps))
def test_no_body_raises_anything_else(text: str) -> None:
    with contextlib.suppress(MalformedMessage):
        notices_in_body(text)


def test_a_body_nested_too_deep_is_malformed() -> None:
    with pytest.raises(MalformedMessage, match="not JSON"):
        notices_in_body("[" * 200_000)
