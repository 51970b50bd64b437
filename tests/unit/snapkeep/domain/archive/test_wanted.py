"""Which points go to the archive tier: what holds for all of them, and why one stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.archive.rules import MOST_ARCHIVED, parse_archive_after
from snapkeep.domain.archive.wanted import ArchivePolicy, NotWanted, Wanted, choose, room
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import ARCHIVE_MINIMUM, Candidate, archived, held
from snapkeep.domain.retention.lineages import Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention.rules import Duration, RetentionRules
from tests.unit.snapkeep.domain.retention import retention_strategies as some

NOW = some.NOW
RULES = RetentionRules(last=3, weekly=4, monthly=18, yearly=5)
SPARSE = ("monthly", "yearly")
NIGHTLY = {"nightly": ArchivePolicy(RULES, parse_archive_after({"monthly": "30d", "yearly": "30d"}))}


def point(days: int, volume: str = "vol-1", **changes: Any) -> Candidate:
    """A ready point of that age."""
    plain = Candidate(f"snap-{days:04}", NOW - timedelta(days=days), PointState.READY, volume=volume)
    return replace(plain, **changes)


def planned(points: Sequence[Candidate], gone: datetime | None = None) -> list[LineagePlan]:
    lineage = Lineage("claim-1", "nightly", points, gone)
    return [*plan_lineages([lineage], {"nightly": PolicyRetention(RULES)}, NOW)]


volumes = st.sampled_from(["vol-1", "vol-1", "vol-2"])
marks = st.sampled_from([{}, {}, {}, {}, {"archived_at": NOW - timedelta(days=40)}])
nights = st.dictionaries(st.integers(0, 1500), st.tuples(volumes, marks), max_size=40)
rules = st.builds(
    RetentionRules,
    last=st.sampled_from([None, 1, 5]),
    daily=st.sampled_from([None, 7]),
    weekly=st.sampled_from([None, 6]),
    monthly=st.sampled_from([6, 24, "all"]),
    yearly=st.sampled_from([None, 5]),
    within_monthly=st.sampled_from([None, Duration(years=2)]),
    max_age=st.sampled_from([None, Duration(years=1)]),
    minimum=st.sampled_from([1, 3]),
)
after = st.sampled_from([{"monthly": "30d"}, {"monthly": "30d", "yearly": "1y"}, {"yearly": "40d"}])


@given(nights, some.points(), rules, after, st.sets(st.integers(0, 1500), max_size=3), st.booleans())
def test_what_holds_for_every_point_that_is_archived(
    nights: dict[int, tuple[str, dict[str, Any]]],
    others: list[Candidate],
    rules: RetentionRules,
    after: dict[str, str],
    holds: set[int],
    gone: bool,
) -> None:
    points = [point(days, volume, **mark) for days, (volume, mark) in nights.items()]
    points = [
        replace(each, protections=(held("me"),)) if int(each.id[5:]) in holds else each for each in points
    ]
    others = [replace(each, volume="vol-2") for each in others]
    since = NOW - timedelta(days=9) if gone else None
    lineages = [Lineage("claim-1", "nightly", points, since), Lineage("claim-1", "hourly", others, since)]
    retention = {"nightly": PolicyRetention(rules), "hourly": PolicyRetention(RULES)}
    plans = [*plan_lineages(lineages, retention, NOW)]
    reasons = {kept.point.id: kept.reasons for plan in plans for kept in plan.plan.keep}
    found = [*choose(plans, {"nightly": ArchivePolicy(rules, parse_archive_after(after))}, NOW)]

    by_id = {each.id: each for each in (*points, *others)}
    chosen = [by_id[each.snapshot_id] for each in found if isinstance(each, Wanted)]
    at_hand = [each for each in by_id.values() if each.counts(NOW) and each.is_at_hand]
    for each in chosen:
        assert all(reason.split()[0] in after for reason in reasons[each.id]), "no other rule keeps it"
        assert not each.protections and each.archived_at is None and each.counts(NOW)
        assert NOW - each.time >= timedelta(days=30)
        chain = [other for other in at_hand if other.volume == each.volume]
        assert min(chain, key=lambda other: other.time).time < each.time, "never the first of a chain"
        assert max(chain, key=lambda other: other.time).time > each.time, "never the newest of a chain"
    left = [each for each in at_hand if each not in chosen]
    assert bool(left) == bool(at_hand), "a claim never loses its last point in the standard tier"
    for one in (one for one in found if isinstance(one, Wanted)):
        assert one.stay >= ARCHIVE_MINIMUM
        assert by_id[one.before].time <= by_id[one.snapshot_id].time <= by_id[one.following].time
        assert {by_id[one.before].volume, by_id[one.following].volume} == {one.volume}
    judged = [one.snapshot_id for one in found]
    standard = {each.id for each in points if each.archived_at is None}
    assert sorted(judged) == sorted(standard & reasons.keys()), "each kept one is judged once"


OLD = [point(days) for days in (0, 7, 14, 21, 28, 100, 160, 220, 280)]


def why(snapshot: str, points: Sequence[Candidate] = OLD, **more: Any) -> str:
    found = {each.snapshot_id: each for each in choose(planned(points), NIGHTLY, NOW, **more)}
    each = found[snapshot]
    assert isinstance(each, NotWanted)
    return each.reason


def test_a_point_that_only_monthly_rules_keep_is_wanted_with_its_neighbours() -> None:
    found = [each for each in choose(planned(OLD), NIGHTLY, NOW) if isinstance(each, Wanted)]
    assert [each.snapshot_id for each in found] == ["snap-0220", "snap-0160", "snap-0100"]
    assert (found[0].before, found[0].following, found[0].volume) == ("snap-0280", "snap-0160", "vol-1")
    assert timedelta(days=360) < found[0].stay < timedelta(days=400)


def test_the_reason_why_a_point_stays_is_in_words() -> None:
    assert why("snap-0000") == (
        "kept by last 1/3, weekly 1/4; only points that monthly and yearly alone keep are archived"
    )
    assert why("snap-0280") == (
        "it is the oldest snapshot of its volume in the standard tier, whose blocks later ones need"
    )
    held_one = [
        point(220, protections=(held("restore r-1"),)),
        *(each for each in OLD if each.id != "snap-0220"),
    ]
    assert why("snap-0220", held_one) == "held by restore r-1"
    assert (
        why("snap-0220", needed={"snap-0220": "the copy to backup needs it"}) == "the copy to backup needs it"
    )


def test_a_young_point_waits_and_says_until_when() -> None:
    policies = {"nightly": ArchivePolicy(RULES, parse_archive_after({"monthly": "170d", "yearly": "30d"}))}
    found = {each.snapshot_id: each for each in choose(planned(OLD), policies, NOW)}
    assert found["snap-0160"] == NotWanted("snap-0160", "nightly", "archived from 2026-12-03 06:00 UTC on")
    assert isinstance(found["snap-0220"], Wanted)


def test_a_point_that_retention_soon_deletes_stays() -> None:
    rules = replace(RULES, monthly=5, yearly=None)
    lineage = Lineage("claim-1", "nightly", [*OLD, point(300)])
    plans = [*plan_lineages([lineage], {"nightly": PolicyRetention(rules)}, NOW)]
    after = parse_archive_after({"monthly": "30d"})
    found = {each.snapshot_id: each for each in choose(plans, {"nightly": ArchivePolicy(rules, after)}, NOW)}
    each = found["snap-0160"]
    assert isinstance(each, NotWanted)
    assert each.reason == (
        "retention keeps it for about 30 more days only, and EC2 bills at least 90 in the archive tier"
    )


def test_one_on_its_way_is_no_neighbour_and_not_judged_again() -> None:
    found = {each.snapshot_id: each for each in choose(planned(OLD), NIGHTLY, NOW, moving=["snap-0160"])}
    assert "snap-0160" not in found
    each = found["snap-0220"]
    assert isinstance(each, Wanted) and each.following == "snap-0100"


@pytest.mark.parametrize("away", [{"archived_at": NOW}, {"protections": (archived(None),)}])
def test_the_room_of_a_volume_counts_what_is_archived_already(away: dict[str, Any]) -> None:
    points = [*OLD[:-1], point(280, **away)]
    assert room(planned(points), ["snap-0220"])["vol-1"] == MOST_ARCHIVED - 2
    assert room(planned(points))["vol-9"] == MOST_ARCHIVED
