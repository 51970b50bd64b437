"""The law of a vault, for all histories and whatever an attacker adds later: what is there stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, tzinfo

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import Circumstances, Kept, plan
from snapkeep.domain.retention.rules import RetentionRules
from snapkeep.domain.vault.first_come import FirstCome, windows
from tests.unit.snapkeep.domain.retention import retention_strategies as some

VAULT = Circumstances(first_come=True)
lags = st.sampled_from([timedelta(), timedelta(minutes=20), timedelta(hours=7), timedelta(days=3)])


@st.composite
def histories(draw: st.DrawFn, most: int = 20) -> tuple[list[Candidate], list[Candidate]]:
    """Copies that came one after the other, and others that came later, of any time until they came."""
    times = [time for time in sorted(draw(some.rows(most))) if time <= some.NOW]
    early = [
        Candidate(f"p{n:02}", time, PointState.READY, arrived=min(some.NOW, time + draw(lags)))
        for n, time in enumerate(times)
    ]
    since = max((each.arrived or each.time for each in early), default=some.NOW - timedelta(days=400))
    came = [since + (some.NOW - since) * part / 8 for part in draw(st.lists(st.integers(1, 8), max_size=12))]
    late = [
        Candidate(f"x{n:02}", min(arrived, draw(some.times)), PointState.READY, arrived=arrived)
        for n, arrived in enumerate(came)
        if arrived > since
    ]
    return early, late


def kept(copies: list[Candidate], rules: RetentionRules, zone: tzinfo) -> dict[str, Kept]:
    return {item.point.id: item for item in plan(copies, rules, zone, some.NOW, VAULT).keep}


@given(histories(), some.rules(), some.zones)
def test_what_a_rule_keeps_of_a_period_stays_whatever_comes_later(
    history: tuple[list[Candidate], list[Candidate]], rules: RetentionRules, zone: tzinfo
) -> None:
    early, late = history
    here = some.NOW.astimezone(zone)
    alone, beside = FirstCome(rules, here, early), FirstCome(rules, here, [*early, *late])

    for each in early:
        words = [reason for reason in alone.reasons(each) if not reason.startswith("newest copy")]
        assert set(words) <= set(beside.reasons(each))


@given(histories(), some.rules(), some.zones)
def test_nothing_goes_because_of_copies_that_came_while_every_rule_looks_back(
    history: tuple[list[Candidate], list[Candidate]], rules: RetentionRules, zone: tzinfo
) -> None:
    early, late = history
    latest = max(window.since for window in windows(rules, some.NOW.astimezone(zone)))
    fresh = [each for each in late if each.arrived and each.arrived >= latest]

    only_rules = replace(rules, minimum=1)
    alone, beside = kept(early, only_rules, zone), kept([*early, *fresh], only_rules, zone)

    assert {name for name, item in alone.items() if item.by_rules} <= set(beside)


@given(histories(), some.rules(), some.zones)
def test_the_newest_copy_stays_and_planning_what_was_kept_deletes_nothing(
    history: tuple[list[Candidate], list[Candidate]], rules: RetentionRules, zone: tzinfo
) -> None:
    copies = [*history[0], *history[1]]
    left = [item.point for item in kept(copies, rules, zone).values()]

    assert max((each.time for each in left), default=None) == max(
        (each.time for each in copies), default=None
    )
    assert not plan(left, rules, zone, some.NOW, VAULT).delete
