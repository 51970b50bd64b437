"""What reaches the functions of an incident."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.incidents import IncidentMessage, Rehearsal, concerns, is_tick, rehearsal

EVENTS = Path(__file__).parents[4] / "events" / "handle_interruption"
INSTANCE = "i-0123456789abcdef0"


def test_an_id_to_go_on_with() -> None:
    assert concerns(json.dumps({"instance": INSTANCE})) == (IncidentMessage(INSTANCE),)


def test_an_event_of_ec2_is_the_instance_it_names() -> None:
    (concern,) = concerns((EVENTS / "state_terminated.json").read_text())
    assert [notice.action for notice in concern.notices] == ["terminated"]
    assert concern.instance == concern.notices[0].instance


@given(st.one_of(st.text(), st.recursive(st.none() | st.text(), st.lists).map(json.dumps)))
def test_anything_else_is_malformed(body: str) -> None:
    with pytest.raises(MalformedMessage):
        concerns(body)


@pytest.mark.parametrize("instance", [None, "", "vol-1", "i-1/../x", 7])
def test_an_id_that_is_none_is_malformed(instance: object) -> None:
    with pytest.raises(MalformedMessage, match="names no instance"):
        concerns(json.dumps({"instance": instance}))


def test_a_rehearsal_is_asked_for_in_so_many_words() -> None:
    asked = {"dry_run": True, "cluster": "myeks", "instance": INSTANCE}
    assert rehearsal(asked) == Rehearsal("myeks", INSTANCE)
    assert rehearsal({"Records": []}) is None
    assert rehearsal(asked | {"dry_run": "yes"}) is None
    with pytest.raises(MalformedMessage, match="'cluster'"):
        rehearsal({"dry_run": True, "instance": INSTANCE})


def test_a_tick_carries_the_time_it_was_due() -> None:
    assert is_tick({"scheduledTime": "2026-11-24T12:00:00Z"})
    assert not is_tick({"source": "aws.ec2"})
