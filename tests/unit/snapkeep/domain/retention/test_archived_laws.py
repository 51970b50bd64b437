"""Laws of retention for points that a policy had archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.periods import EVER, back
from snapkeep.domain.retention.plan import Circumstances, Dropped, plan
from snapkeep.domain.retention.rules import RetentionRules
from tests.unit.snapkeep.domain.retention import retention_strategies as some

NOW = some.NOW
ages = st.lists(st.sampled_from([None, None, 1, 40, 92, 94, 400]), min_size=30, max_size=30)


def marked(points: Sequence[Candidate], ages: Sequence[int | None]) -> list[Candidate]:
    """The points, some of them archived that many days ago."""
    return [
        replace(point, archived_at=NOW - timedelta(days=age)) if age else point
        for point, age in zip(points, ages, strict=False)
    ]


def dropped(points: Sequence[Candidate], rules: RetentionRules, zone: tzinfo) -> dict[str, Dropped]:
    # Without a spacing no backup is late, so max_age is not suspended.
    return {each.point.id: each for each in plan(points, rules, zone, NOW, Circumstances()).delete}


@given(some.ready_points(), ages, some.rules(), some.zones)
def test_being_archived_only_ever_keeps_more(
    points: list[Candidate], ages: list[int | None], rules: RetentionRules, zone: tzinfo
) -> None:
    before, after = dropped(points, rules, zone), dropped(marked(points, ages), rules, zone)
    assert set(after) <= set(before)
    newest_first = sorted(marked(points, ages), key=lambda each: (each.time, each.id), reverse=True)
    at_hand = [each for each in newest_first if each.is_at_hand]
    guarded = {each.id for each in (*at_hand[: rules.minimum], *newest_first[: rules.minimum])}
    for each in newest_first:
        if each.id in set(before) - set(after):
            assert each.id in guarded or (each.billed_until and each.billed_until > NOW)


@given(some.ready_points(), ages, some.rules(), some.zones)
def test_none_goes_while_it_is_billed_anyway_except_by_max_age(
    points: list[Candidate], ages: list[int | None], rules: RetentionRules, zone: tzinfo
) -> None:
    too_old = back(NOW.astimezone(zone), rules.max_age) if rules.max_age else EVER
    for each in dropped(marked(points, ages), rules, zone).values():
        if each.point.billed_until and each.point.billed_until > NOW:
            assert each.point.time < too_old
            assert each.reason.startswith("older than max_age") and "all the same" in each.reason


@given(some.ready_points(), ages, some.rules(), some.zones)
def test_the_newest_points_at_hand_always_stay(
    points: list[Candidate], ages: list[int | None], rules: RetentionRules, zone: tzinfo
) -> None:
    given_ = marked(points, ages)
    gone = dropped(given_, rules, zone)
    at_hand = sorted((each for each in given_ if each.is_at_hand), key=lambda each: (each.time, each.id))
    assert not {each.id for each in at_hand[-rules.minimum :]} & set(gone)


@given(some.claims(), ages)
def test_a_claim_never_loses_its_last_point_at_hand(
    claim: tuple[list[Lineage], dict[str, PolicyRetention]], ages: list[int | None]
) -> None:
    lineages, policies = claim
    lineages = [replace(each, points=marked(each.points, ages)) for each in lineages]
    at_hand = {
        point.id for each in lineages for point in each.points if point.counts(NOW) and point.is_at_hand
    }
    gone = {
        each.point.id for lineage in plan_lineages(lineages, policies, NOW) for each in lineage.plan.delete
    }
    assert not at_hand or at_hand - gone
