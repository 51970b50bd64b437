"""When to act on what was announced, when to wait, and when it came to nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.domain.interruption.incidents import incident
from snapkeep.domain.interruption.notices import GONE_WITHIN, HEALTH_LEAD, Kind, Notice
from snapkeep.domain.interruption.rules import NodeRules, OnRebalance
from snapkeep.domain.interruption.urgency import Action, Urgency, assess
from tests.fakes.dying import INSTANCE, a_notice

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
ARN = "arn:aws:health:one"


def of(*notices: Notice, after: timedelta = timedelta(), reaction: NodeRules | None = None) -> Urgency:
    return assess(incident(INSTANCE, notices), reaction or NodeRules(), AT + after)


def retirement(**changes: object) -> Notice:
    given: dict[str, object] = {"action": "RETIRE", "deadline": AT + WEEK, "subject": ARN, **changes}
    return a_notice(AT, Kind.HEALTH, **given)


@pytest.mark.parametrize("kind", [Kind.SPOT, Kind.REBALANCE, Kind.LIFECYCLE, Kind.CAPACITY])
def test_what_is_announced_for_now_is_acted_on(kind: Kind) -> None:
    assert of(a_notice(AT, kind)).action is Action.ACT


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_notice_is_judged_with_a_sentence(kind: Kind) -> None:
    assert of(a_notice(AT, kind, action="stopping")).reason


@pytest.mark.parametrize("state", ["stopping", "shutting-down", "terminated"])
def test_a_machine_that_goes_without_warning_is_acted_on(state: str) -> None:
    assert of(a_notice(AT, Kind.STATE, action=state)).action is Action.ACT


def test_a_late_warning_is_acted_on_all_the_same() -> None:
    assert of(a_notice(AT), after=timedelta(minutes=3)).action is Action.ACT


def test_a_scheduled_event_waits_for_its_hour() -> None:
    waits = of(retirement())
    assert (waits.action, waits.again) == (Action.WAIT, AT + WEEK - HEALTH_LEAD)
    assert "2026-12-01 12:00 UTC" in waits.reason
    assert of(retirement(), after=WEEK - HEALTH_LEAD).action is Action.ACT
    assert of(retirement(), after=WEEK - HEALTH_LEAD - timedelta(seconds=1)).action is Action.WAIT


def test_a_scheduled_event_that_is_cancelled_is_taken_back() -> None:
    cancelled = a_notice(AT + timedelta(days=1), Kind.HEALTH, key="c", subject=ARN, withdrawn=True)
    assert of(retirement(), cancelled, after=WEEK).action is Action.TAKE_BACK


def test_a_warning_presses_more_than_the_recommendation_before_it() -> None:
    warned = of(a_notice(AT, Kind.REBALANCE, key="r"), a_notice(AT + timedelta(minutes=5)))
    assert warned.notice is not None and warned.notice.kind is Kind.SPOT


def test_a_recommendation_that_led_to_nothing_is_taken_back_after_a_time() -> None:
    patient = NodeRules(uncordon_after=timedelta(minutes=30))
    recommended = a_notice(AT, Kind.REBALANCE)
    assert of(recommended, after=timedelta(minutes=29), reaction=patient).again == AT + timedelta(minutes=30)
    over = of(recommended, after=timedelta(minutes=30), reaction=patient)
    assert over.action is Action.TAKE_BACK
    assert "30 minutes ago, and nothing came of it" in over.reason


def test_a_warning_without_a_death_is_taken_back() -> None:
    end = timedelta(minutes=2) + GONE_WITHIN
    assert of(a_notice(AT), after=end - timedelta(seconds=1)).action is Action.ACT
    assert of(a_notice(AT), after=end).action is Action.TAKE_BACK


def test_a_machine_that_was_stopped_and_runs_again_is_taken_back() -> None:
    stopped = a_notice(AT, Kind.STATE, key="s", action="stopped")
    running = a_notice(AT + timedelta(hours=1), Kind.STATE, key="r", action="running")
    assert of(stopped, after=timedelta(days=1)).action is Action.ACT
    assert of(stopped, running, after=timedelta(hours=1)).action is Action.TAKE_BACK


def test_a_scheduled_event_outlives_a_recommendation_that_led_to_nothing() -> None:
    recommended = a_notice(AT, Kind.REBALANCE, key="r")
    assert of(retirement(), recommended).again == AT + NodeRules().uncordon_after
    waits = of(retirement(), recommended, after=timedelta(hours=2))
    assert (waits.action, waits.again) == (Action.WAIT, AT + WEEK - HEALTH_LEAD)


def test_a_second_warning_presses_although_the_first_came_to_nothing() -> None:
    first = a_notice(AT, action="stop")
    running = a_notice(AT + timedelta(hours=1), Kind.STATE, key="r", action="running")
    second = a_notice(AT + timedelta(hours=9), key="event-2")
    pressed = of(first, running, second, after=timedelta(hours=9))
    assert (pressed.action, pressed.notice) == (Action.ACT, second)
    assert of(first, second, after=timedelta(hours=9)).notice == second


def test_that_a_machine_ran_before_its_warning_says_nothing() -> None:
    running = a_notice(AT - timedelta(days=1), Kind.STATE, key="r", action="running")
    warned = a_notice(AT)
    over = of(running, warned, after=timedelta(minutes=2) + GONE_WITHIN)
    assert over.action is Action.TAKE_BACK


def test_a_scheduled_event_is_not_over_because_the_machine_was_started_before_it() -> None:
    running = a_notice(AT + timedelta(days=1), Kind.STATE, key="r", action="running")
    assert of(retirement(), running, after=timedelta(days=1)).action is Action.WAIT


def test_an_hour_that_comes_while_something_else_presses_is_not_missed() -> None:
    patient = NodeRules(uncordon_after=timedelta(hours=24))
    recommended = a_notice(AT, Kind.REBALANCE, key="r")
    soon = retirement(deadline=AT + timedelta(hours=3))
    assert of(recommended, soon, reaction=patient).again == AT + timedelta(hours=2)


def test_recommendations_can_be_ignored() -> None:
    ignoring = NodeRules(rebalance=OnRebalance.IGNORE)
    ignored = of(a_notice(AT, Kind.REBALANCE), reaction=ignoring)
    assert (ignored.action, ignored.reason) == (Action.NOTHING, "the rules ignore rebalance recommendations")
    assert of(a_notice(AT, Kind.REBALANCE, key="r"), a_notice(AT), reaction=ignoring).action is Action.ACT


def test_a_machine_that_only_runs_asks_for_nothing() -> None:
    runs = of(a_notice(AT, Kind.STATE, action="running"))
    assert (runs.action, runs.reason) == (Action.NOTHING, "no notice applies any more")
