"""Laws of retention that hold for all points, rules, zones and orders."""

from __future__ import annotations

import random
from datetime import tzinfo

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.plan import Circumstances, RetentionPlan, plan
from snapkeep.domain.retention.rules import RetentionRules
from tests.unit.snapkeep.domain.retention import retention_strategies as some
from tests.unit.snapkeep.domain.retention.retention_oracle import kept_by_restic

Claim = tuple[list[Lineage], dict[str, PolicyRetention]]

circumstances = st.builds(
    Circumstances,
    builtin=st.booleans(),
    newer_elsewhere=st.one_of(st.none(), some.times.filter(lambda time: time <= some.NOW)),
    gone_since=st.one_of(st.none(), some.times.filter(lambda time: time <= some.NOW)),
    earlier=some.earlier,
)


def deleted(result: RetentionPlan) -> set[str]:
    return {dropped.point.id for dropped in result.delete}


def kept(result: RetentionPlan) -> list[Candidate]:
    return [item.point for item in result.keep]


@given(some.ready_points(), some.rules(), some.zones)
def test_the_keep_rules_are_those_of_restic(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo
) -> None:
    only_rules = RetentionRules(
        **{
            name: getattr(rules, name)
            for name in rules.__slots__
            if name not in ("max_age", "after_claim_deleted", "minimum")
        }
    )
    ordered = sorted(points, key=lambda point: (point.time, point.id), reverse=True)
    expected = kept_by_restic([point.time for point in ordered], only_rules, zone)

    result = plan(points, only_rules, zone, some.NOW)

    assert kept(result) == [point for place, point in enumerate(ordered) if place in expected]


@given(some.points(), some.rules(), some.zones, circumstances)
def test_every_point_appears_once_and_with_words(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo, given_: Circumstances
) -> None:
    result = plan(points, rules, zone, some.NOW, given_)

    ids = [item.point.id for item in result.keep] + [item.point.id for item in result.delete]
    assert sorted(ids) == sorted(point.id for point in points)
    assert all(item.reasons and all(item.reasons) for item in result.keep)
    assert all(item.reason for item in result.delete)


@given(some.points(), some.rules(), some.zones, circumstances, st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(
    points: list[Candidate],
    rules: RetentionRules,
    zone: tzinfo,
    given_: Circumstances,
    chance: random.Random,
) -> None:
    shuffled = list(points)
    chance.shuffle(shuffled)

    assert plan(shuffled, rules, zone, some.NOW, given_) == plan(points, rules, zone, some.NOW, given_)


@given(some.points(), some.rules(), some.zones, circumstances)
def test_planning_what_was_kept_deletes_nothing(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo, given_: Circumstances
) -> None:
    first = plan(points, rules, zone, some.NOW, given_)

    assert deleted(plan(kept(first), rules, zone, some.NOW, given_)) == set()


@given(some.points(), some.rules_and_longer(), some.zones, circumstances)
def test_a_longer_policy_never_deletes_more(
    points: list[Candidate],
    policies: tuple[RetentionRules, RetentionRules],
    zone: tzinfo,
    given_: Circumstances,
) -> None:
    short, longer = (plan(points, rules, zone, some.NOW, given_) for rules in policies)

    assert deleted(longer) <= deleted(short)


@given(some.points(), some.rules(), some.zones, circumstances)
def test_what_is_protected_or_dated_in_the_future_is_never_deleted(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo, given_: Circumstances
) -> None:
    untouchable = {point.id for point in points if point.protections or point.time > some.NOW}

    assert not deleted(plan(points, rules, zone, some.NOW, given_)) & untouchable


@given(some.points(), some.rules(), some.zones, circumstances)
def test_what_is_not_ready_takes_no_place_of_what_is(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo, given_: Circumstances
) -> None:
    good = [point for point in points if point.counts(some.NOW)]
    mixed = plan(points, rules, zone, some.NOW, given_)
    alone = plan(good, rules, zone, some.NOW, given_)

    assert [item for item in mixed.keep if item.point in good] == list(alone.keep)
    assert [item for item in mixed.delete if item.point in good] == list(alone.delete)


@given(some.points(), some.rules(), some.zones, circumstances)
def test_the_minimum_stays_in_a_scheduled_lineage_whatever_the_rules_say(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo, given_: Circumstances
) -> None:
    scheduled = Circumstances(False, given_.newer_elsewhere, given_.gone_since, given_.earlier)
    good = sorted(point.time for point in points if point.counts(some.NOW))

    result = plan(points, rules, zone, some.NOW, scheduled)

    left = sorted(point.time for point in kept(result) if point.counts(some.NOW))
    assert left[-rules.minimum :] == good[-rules.minimum :]


@given(some.claims())
def test_the_last_good_point_of_a_claim_and_of_a_scheduled_lineage_is_never_deleted(claim: Claim) -> None:
    lineages, policies = claim
    result = {item.policy: item.plan for item in plan_lineages(lineages, policies, some.NOW)}

    good = [point for lineage in lineages for point in lineage.points if point.counts(some.NOW)]
    left = [point for item in result.values() for point in kept(item) if point.counts(some.NOW)]
    assert max((point.time for point in left), default=None) == max(
        (point.time for point in good), default=None
    )
    for lineage in lineages:
        had = any(point.counts(some.NOW) for point in lineage.points)
        if had and lineage.policy not in ("interruption", "on-demand"):
            assert any(point.counts(some.NOW) for point in kept(result[lineage.policy]))


@given(some.claims())
def test_planning_what_a_claim_has_left_deletes_nothing(claim: Claim) -> None:
    lineages, policies = claim
    left = [
        Lineage(lineage.claim, lineage.policy, kept(item.plan), lineage.gone_since)
        for lineage, item in zip(lineages, plan_lineages(lineages, policies, some.NOW), strict=True)
    ]

    assert [item.plan.delete for item in plan_lineages(left, policies, some.NOW) if item.plan.delete] == []


@given(some.points(), some.rules(), some.zones, circumstances)
def test_earlier_rules_only_spare_points(
    points: list[Candidate], rules: RetentionRules, zone: tzinfo, given_: Circumstances
) -> None:
    without = Circumstances(given_.builtin, given_.newer_elsewhere, given_.gone_since)

    spared = deleted(plan(points, rules, zone, some.NOW, given_))

    assert spared <= deleted(plan(points, rules, zone, some.NOW, without))
