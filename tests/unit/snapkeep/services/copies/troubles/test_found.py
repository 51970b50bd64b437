"""Troubles as they are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.copies.copies import CopyState
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.found import Found, by_uid, newest_ready, subject_of
from tests.unit.snapkeep.domain.copies.copy_samples import copy_at

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def test_what_is_found_last_about_a_subject_counts() -> None:
    found = Found()
    found.add("myeks", "shop/data", "waits")
    found.add("myeks", "shop/data", "is late", at_once=True)
    found.add("other", "shop/data", "waits")
    assert found.by_cluster == {"myeks": {"shop/data": "is late"}, "other": {"shop/data": "waits"}}
    assert found.at_once == {"myeks": {"shop/data"}}
    failed = Found()
    failed.add("myeks", "shop/data", "failed")
    failed.add("myeks", "shop/web", "failed")
    found.leave_to(failed)
    assert found.by_cluster == {"myeks": {}, "other": {"shop/data": "waits"}}


def test_only_ready_copies_make_a_claims_newest() -> None:
    ready, pending = copy_at(MONDAY), copy_at(MONDAY + DAY, state=CopyState.PENDING)
    assert newest_ready(PlaceCopies([pending, ready]), by_uid) == {by_uid(ready): MONDAY}
    assert subject_of(ready).endswith("/data (daily)")
