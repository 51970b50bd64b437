"""Copies as people see them: once each, in the state that matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.copies.copies import CopyState
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyRecord, new_record
from snapkeep.domain.copies.view.shown import CopyQuery, ShownCopy, ShownState, shown_copies
from snapkeep.domain.retention.candidates import backs_image, locked
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import KEY, copy_at

REGION = "ap-northeast-3"
OSAKA = Place("osaka", REGION, KEY)
COPY = copy_at(NOW)
RECORD = new_record(OSAKA, COPY.source, "daily")
COPYING = RECORD.intended(NOW).started(COPY.snapshot_id, NOW)


def shown(*records: CopyRecord, copies: tuple[object, ...] = ()) -> list[ShownCopy]:
    return list(shown_copies(REGION, copies, records))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "record", "seen"),
    [
        (CopyState.PENDING, COPYING, ShownState.PENDING),
        (CopyState.READY, COPYING, ShownState.READY),
        (CopyState.FAILED, COPYING.failed("KMS", NOW), ShownState.FAILED),
        (CopyState.FAILED, COPYING.failed("KMS", NOW, for_good=True), ShownState.GIVEN_UP),
        (CopyState.PENDING, COPYING.cancelled("ann", NOW), ShownState.CANCELLED),
        (CopyState.DELETING, COPYING, ShownState.DELETING),
    ],
)
def test_a_copy_and_its_record_are_one(state: CopyState, record: CopyRecord, seen: ShownState) -> None:
    (copy,) = shown(record, copies=(replace(COPY, state=state, progress="42%"),))
    assert (copy.state, copy.snapshot_id) == (seen, COPY.snapshot_id)
    assert copy.progress == ("42%" if state is CopyState.PENDING else "")


@pytest.mark.parametrize(
    ("record", "seen", "why"),
    [
        (RECORD.asked("ann", NOW), ShownState.WAITING, "the next turn starts it"),
        (RECORD.intended(NOW), ShownState.PENDING, "EC2 does not show it yet"),
        (COPYING.failed("KMS", NOW), ShownState.FAILED, f"attempt 1 of {MOST_ATTEMPTS}: KMS; tried again"),
        (RECORD.failed("gone", NOW, for_good=True), ShownState.GIVEN_UP, "gone"),
        (RECORD.cancelled("ann", NOW), ShownState.CANCELLED, "cancelled by ann at "),
        (RECORD.intended(NOW).cancelled("ann", NOW), ShownState.CANCELLED, "cancelled by ann"),
    ],
)
def test_a_copy_that_only_the_journal_knows_is_shown(record: CopyRecord, seen: ShownState, why: str) -> None:
    (copy,) = shown(record)
    assert copy.state is seen
    assert why in copy.reason


def test_a_failed_attempt_is_not_shown_beside_the_copy_that_came_of_the_next() -> None:
    failed = replace(COPY, snapshot_id="snap-first", state=CopyState.FAILED, message="KMS")
    (copy,) = shown(copies=(failed, COPY))
    assert copy.snapshot_id == COPY.snapshot_id
    (copy,) = shown(copies=(failed,))
    assert (copy.state, copy.reason) == (ShownState.FAILED, "KMS")


def test_duplicates_are_not_shown_and_cancelled_ones_are() -> None:
    twin, dropped = replace(COPY, duplicate=True), replace(COPY, cancelled=True)
    assert shown(copies=(twin,)) == []
    assert [copy.state for copy in shown(copies=(dropped,))] == [ShownState.CANCELLED]


def test_a_cancelled_record_is_not_shown_beside_a_copy_that_counts() -> None:
    other = RECORD.cancelled("ann", NOW)
    assert [copy.state for copy in shown(other, copies=(COPY,))] == [ShownState.READY]


def test_the_newest_data_come_first_for_each_claim_and_names_sort_by_themselves() -> None:
    times = [NOW - timedelta(days=day) for day in (2, 0, 1)]
    copies = [copy_at(time, name) for name in ("data-2", "data") for time in times]
    order = sorted(shown(copies=tuple(copies)), key=lambda copy: copy.position)
    assert [(copy.claim, copy.taken) for copy in order] == [
        (name, time) for name in ("data", "data-2") for time in sorted(times, reverse=True)
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (CopyQuery(), True),
        (CopyQuery("shop", "data", "osaka", "daily", COPY.point_id, ShownState.READY), True),
        (CopyQuery(namespace="other"), False),
        (CopyQuery(claim="other"), False),
        (CopyQuery(place="vault"), False),
        (CopyQuery(policy="other"), False),
        (CopyQuery(point="other"), False),
        (CopyQuery(state=ShownState.FAILED), False),
    ],
)
def test_a_query_admits_what_matches_in_every_field(query: CopyQuery, found: bool) -> None:
    (copy,) = shown(copies=(COPY,))
    assert query.admits(replace(copy, namespace="shop")) is found


def test_the_lock_that_ends_last_counts() -> None:
    (copy,) = shown(copies=(COPY,))
    assert copy.locked_until is None
    both = (locked("governance", NOW), backs_image("ami-1"), locked("compliance", NOW + timedelta(days=1)))
    assert replace(copy, protections=both).locked_until == NOW + timedelta(days=1)
    assert replace(copy, protections=(locked("governance", None),)).locked_until is None


def test_what_still_changes_by_itself_has_not_ended() -> None:
    assert [state for state in ShownState if not state.has_ended] == [
        *("wanted", "waiting", "pending", "failed")
    ]
