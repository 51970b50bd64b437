"""The announcements of an incident in any order, late and more than once: always the same end."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.rules import Draining
from tests.fakes.dying import a_notice
from tests.unit.snapkeep.services.interruption.dying_stories import (
    DEATH,
    Story,
    a_spot_death,
    a_story,
    ending,
)

ARN = "arn:aws:health:one"

COPIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 45 * 60)), max_size=6)
"""Which announcements come once more, and after how many seconds."""


def going_down(story: Story) -> Notice:
    return a_notice(story.world.clock() + DEATH, Kind.STATE, key="going", action="shutting-down")


def death(order: tuple[int, ...], copies: tuple[tuple[int, int], ...]) -> dict[str, object]:
    """A spot instance whose announcements come in this order, and these once more."""
    story = a_story(drain=Draining.ON)
    announced = a_spot_death(story)
    story.announce([announced[number] for number in order])
    going = going_down(story)
    story.deliver(going, DEATH)
    for number, seconds in copies:
        delay = timedelta(seconds=seconds)
        if number < len(announced) or delay > DEATH:
            story.deliver([*announced, going][number], delay)
    story.live()
    return ending(story)


@cache
def usual_death() -> dict[str, object]:
    return death((0, 1, 2), ())


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(3)), copies=COPIES)
def test_any_order_of_a_death_ends_as_the_usual_one(order: list[int], copies: list[tuple[int, int]]) -> None:
    assert death(tuple(order), tuple(copies)) == usual_death()


def false_alarm(arrivals: tuple[list[int], ...]) -> dict[str, object]:
    """All that can be announced and come to nothing: after how many seconds each arrives, once or more."""
    story = a_story(drain=Draining.OFF, uncordon_after=timedelta(minutes=10))
    at = story.world.clock()
    planned = {"subject": ARN, "deadline": at + timedelta(minutes=30), "action": "RETIRE"}
    announced = [
        a_notice(at, Kind.REBALANCE, key="advice"),
        a_notice(at, Kind.HEALTH, key="planned", **planned),
        a_notice(at + timedelta(seconds=5), Kind.HEALTH, key="off", subject=ARN, withdrawn=True),
        a_notice(at, key="warning", action="stop"),
        a_notice(at + timedelta(seconds=60), Kind.STATE, key="down", action="stopping"),
        a_notice(at + timedelta(seconds=90), Kind.STATE, key="up", action="running"),
    ]
    for notice, times in zip(announced, arrivals, strict=True):
        for seconds in times:
            story.deliver(notice, max(timedelta(seconds=seconds), notice.announced_at - at))
    story.live(dies=False)
    end = ending(story)
    return {key: end[key] for key in ("cordoned", "taints", "annotations", "closed", "left over")}


TIMES = st.lists(st.integers(0, 120) | st.integers(0, 30 * 60), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.tuples(TIMES, TIMES, TIMES, TIMES, TIMES, TIMES))
def test_an_alarm_that_came_to_nothing_leaves_the_node_as_it_was(arrivals: tuple[list[int], ...]) -> None:
    assert false_alarm(arrivals) == {
        "cordoned": False,
        "taints": [],
        "annotations": [],
        "closed": True,
        "left over": [],
    }
