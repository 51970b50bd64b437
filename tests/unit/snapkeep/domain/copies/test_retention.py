"""Retention of copies: the golden cases, and the laws that hold for any mixture of copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.retention import sort_copies
from snapkeep.domain.retention.candidates import locked
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.rules import parse_retention
from tests.golden.copies.cases import CASES, answer, copies, read
from tests.unit.snapkeep.domain.copies.copy_samples import OSAKA, copy_at

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
ANSWERS = ("keep", "delete", "leftovers", "unreadable")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_fate_of_copies_is_as_recorded_in_any_order(path: Path) -> None:
    case = read(path)
    given = copies(case)
    recorded = {name: case[name] for name in ANSWERS}
    for order in (given, given[::-1], [*given, *given]):
        assert answer(case, order) == recorded


def test_a_lock_that_ec2_reports_protects() -> None:
    copy = replace(copy_at(NOW), state=CopyState.FAILED)
    (leftover,) = sort_copies([copy], OSAKA).leftovers
    assert (leftover.snapshot_id, leftover.reason) == (copy.snapshot_id, "failed")
    protections = {copy.snapshot_id: (locked("governance", NOW),)}
    assert sort_copies([copy], OSAKA, protections).leftovers == []
    (candidate,) = sort_copies([copy_at(NOW)], OSAKA, protections).lineages.popitem()[1]
    assert "locked (governance) until 2026-11-30 06:00 UTC" in [item.reason for item in candidate.protections]


def test_people_read_which_claim_and_place_a_lineage_belongs_to() -> None:
    assert sort_copies([copy_at(NOW)], OSAKA).labels == {
        "myeks/uid-data/daily": "wordpress/data of myeks (policy daily) in osaka"
    }


def test_claims_of_one_uid_in_two_clusters_are_two_lineages() -> None:
    here = copy_at(NOW)
    restored = replace(copy_at(NOW - timedelta(days=1)), claim=replace(here.claim, cluster="restored"))
    found = sort_copies([here, restored], OSAKA).lineages
    assert {key.cluster: [copy.id for copy in some] for key, some in found.items()} == {
        "myeks": [here.snapshot_id],
        "restored": [restored.snapshot_id],
    }


times = st.integers(0, 60).map(lambda number: NOW - timedelta(hours=7 * number))
policies = st.sampled_from(["daily", "weekly"])
made = st.builds(
    replace,
    st.builds(copy_at, times, st.sampled_from("ab"), policies, st.sampled_from(CopyState)),
    source_volume=st.sampled_from(["vol-1", "vol-2"]),
    started_at=times,
    duplicate=st.booleans(),
)
some = st.lists(made, max_size=30, unique_by=lambda copy: copy.snapshot_id)
retentions = st.sampled_from([{"last": 1}, {"daily": 2, "max_age": "3d"}, {"weekly": 2}, {"within": "2d"}])


@given(some, retentions, retentions, st.booleans())
def test_whatever_goes_the_last_good_and_the_newest_of_each_volume_stay(
    some: list[Copy], daily: dict[str, int | str], weekly: dict[str, int | str], retire: bool
) -> None:
    place = replace(OSAKA, retire=retire)
    found = sort_copies(some, place)
    rules = {
        "daily": PolicyRetention(parse_retention(daily)),
        "weekly": PolicyRetention(parse_retention(weekly)),
    }
    lineages = [Lineage(key.whose, key.policy, found.lineages[key]) for key in sorted(found.lineages)]
    plans = list(plan_lineages(lineages, rules, NOW))
    going = {gone.point.id for item in plans for gone in item.plan.delete} | {
        item.snapshot_id for item in found.leftovers
    }
    staying = [copy for copy in some if copy.snapshot_id not in going]
    good = [copy for copy in some if copy.state is CopyState.READY and not copy.duplicate]
    for copy in good:
        same = [other for other in good if (other.claim, other.policy) == (copy.claim, copy.policy)]
        assert max(same, key=lambda other: other.taken) in staying
        if not retire:
            of_volume = [other for other in good if other.source_volume == copy.source_volume]
            assert max(of_volume, key=lambda other: other.taken).taken in [other.taken for other in staying]
    for copy in some:
        if copy.snapshot_id in going and copy.state in (CopyState.PENDING, CopyState.DELETING):
            assert copy.duplicate
