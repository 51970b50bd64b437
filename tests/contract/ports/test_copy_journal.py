"""What every journal promises about copies: the one in memory and those in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.copies.places import KnownPlace
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.errors import TemporaryError
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
UNTIL = AT + timedelta(minutes=6)
PLACE, ME, OTHER = "osaka", "me", "other"


def a_copy(point_id: str = "data-1", **changes: Any) -> CopyRecord:
    record = CopyRecord(
        place=PLACE,
        cluster="myeks",
        point_id=point_id,
        source="snap-0aaa",
        region="ap-northeast-3",
        namespace="shop",
        claim="data",
        policy="daily",
        rule="daily",
        taken=AT - timedelta(hours=1, microseconds=1),
    )
    return replace(record, **changes)


def in_vault() -> CopyRecord:
    """The record of a copy that a vault has."""
    asked = a_copy(account="222233334444", claim_uid="uid-data").intended(AT).requested(AT)
    return replace(asked.ready(AT), kms_key="arn:aws:kms:x", locked_until=AT + timedelta(days=7))


def leased(journal: Journal) -> Journal:
    assert journal.copies.lease_place(PLACE, ME, UNTIL, AT)
    return journal


def test_a_copy_comes_back_as_written(journal: Journal) -> None:
    copies = leased(journal).copies
    assert copies.copies(PLACE, [("myeks", "data-1")]) == {}
    full = a_copy().intended(AT).not_found(AT).started("snap-0bbb", AT).failed("KMS", AT)
    for record in (
        a_copy(),
        a_copy("data-2").intended(AT),
        replace(full, point_id="data-3", incremental=False),
        replace(in_vault(), point_id="data-4"),
    ):
        written = copies.write_copy(record, ME)
        assert written == replace(record, revision=1)
        key = ("myeks", record.point_id)
        assert copies.copies(PLACE, [key, ("myeks", "unknown")]) == {key: written}
        assert copies.copies("elsewhere", [key]) == {}


def test_copies_without_their_lock_are_found_until_they_have_it(journal: Journal) -> None:
    copies = leased(journal).copies
    ready = a_copy().intended(AT).started("snap-0bbb", AT)
    assert copies.write_copy(ready, ME).remade == 0
    unlocked = copies.write_copy(replace(ready, revision=1).ready(AT, "no right to lock"), ME)
    copies.write_copy(a_copy("data-2").intended(AT).started("snap-0ccc", AT).ready(AT), ME)
    assert list(copies.unlocked_copies(PLACE)) == [unlocked]
    again = copies.write_copy(replace(unlocked, lock_reason="", remade=1), ME)
    assert list(copies.unlocked_copies(PLACE)) == []
    assert copies.copies(PLACE, [("myeks", "data-1")]) == {("myeks", "data-1"): again}


def test_places_are_remembered_by_name_and_region_until_they_are_forgotten(journal: Journal) -> None:
    osaka = KnownPlace(PLACE, "ap-northeast-3", AT, AT)
    counted = replace(osaka, last_seen=UNTIL, copies=3, counted_at=UNTIL, compared_at=AT)
    moved = replace(osaka, region="ap-southeast-1")
    copies = journal.copies
    assert list(copies.places()) == []
    for place in (osaka, moved, counted):
        copies.write_place(place)
    assert sorted(copies.places(), key=lambda each: each.region) == [counted, moved]
    for _ in range(2):
        copies.forget_place(PLACE, "ap-northeast-3")
    assert list(copies.places()) == [moved]


def test_only_who_holds_the_lease_of_the_place_writes(journal: Journal) -> None:
    with pytest.raises(TemporaryError):
        journal.copies.write_copy(a_copy(), ME)
    leased(journal)
    with pytest.raises(TemporaryError):
        journal.copies.write_copy(a_copy(), OTHER)
    journal.copies.write_copy(a_copy(), ME)
    journal.copies.release_place(PLACE, ME)
    with pytest.raises(TemporaryError):
        journal.copies.write_copy(a_copy("data-2"), ME)
    assert list(journal.copies.copies(PLACE, [("myeks", "data-1"), ("myeks", "data-2")])) == [
        ("myeks", "data-1")
    ]


def test_an_old_revision_is_not_written_over_a_new_one(journal: Journal) -> None:
    copies = leased(journal).copies
    first = copies.write_copy(a_copy(), ME)
    second = copies.write_copy(first.intended(AT), ME)
    for old in (a_copy(), first):
        with pytest.raises(TemporaryError):
            copies.write_copy(old, ME)
    assert copies.copies(PLACE, [("myeks", "data-1")]) == {("myeks", "data-1"): second}


def test_a_place_has_one_lease_until_it_ends_or_is_given_back(journal: Journal) -> None:
    copies = journal.copies
    assert copies.lease_place(PLACE, ME, UNTIL, AT)
    assert copies.lease_place(PLACE, ME, UNTIL, AT)
    assert copies.lease_place("elsewhere", OTHER, UNTIL, AT)
    assert not copies.lease_place(PLACE, OTHER, UNTIL, AT)
    copies.release_place(PLACE, OTHER)
    assert not copies.lease_place(PLACE, OTHER, UNTIL, AT)
    assert copies.lease_place(PLACE, OTHER, UNTIL + timedelta(minutes=6), UNTIL)
    copies.release_place(PLACE, ME)
    assert not copies.lease_place(PLACE, ME, UNTIL, AT)
    copies.release_place(PLACE, OTHER)
    assert copies.lease_place(PLACE, ME, UNTIL, AT)


def test_copies_are_found_while_they_may_be_in_progress_and_once_they_failed(journal: Journal) -> None:
    copies = leased(journal).copies

    def found() -> tuple[list[CopyStage], list[CopyStage]]:
        in_progress, failed = copies.open_copies(PLACE), copies.failed_copies(PLACE)
        return [each.stage for each in in_progress], [each.stage for each in failed]

    record = copies.write_copy(a_copy(), ME)
    assert found() == ([], [])
    record = copies.write_copy(record.intended(AT), ME)
    assert found() == ([CopyStage.INTENDED], [])
    record = copies.write_copy(record.started("snap-0bbb", AT), ME)
    assert found() == ([CopyStage.COPYING], [])
    record = copies.write_copy(record.failed("KMS", AT), ME)
    assert found() == ([], [CopyStage.FAILED])
    record = copies.write_copy(replace(record, stage=CopyStage.GIVEN_UP), ME)
    assert found() == ([], [CopyStage.GIVEN_UP])
    copies.write_copy(record.ready(AT), ME)
    assert found() == ([], [])
    assert list(copies.open_copies("elsewhere")) == []


def test_the_copies_of_a_cluster_are_those_of_no_other(journal: Journal) -> None:
    copies = leased(journal).copies
    for record in (a_copy("b"), a_copy("a"), a_copy("c", cluster="myeks-2")):
        copies.write_copy(record, ME)
    assert [each.point_id for each in copies.copies_of(PLACE, "myeks")] == ["a", "b"]
    assert list(copies.copies_of("elsewhere", "myeks")) == []


def test_a_copy_that_failed_or_is_gone_expires_and_one_that_is_there_does_not(table_client: Any) -> None:
    copies = leased(dynamo_journal(table_client, TABLE)).copies
    record = copies.write_copy(a_copy().intended(AT).started("snap-0bbb", AT), ME)
    assert _expiry(table_client) == []
    ready = copies.write_copy(record.ready(AT), ME)
    assert _expiry(table_client) == []
    copies.write_copy(replace(ready, gone_at=AT), ME)
    assert _expiry(table_client) == [str(int((AT + timedelta(days=90)).timestamp()))]


def test_that_a_vault_has_a_copy_is_forgotten_sooner(table_client: Any) -> None:
    leased(dynamo_journal(table_client, TABLE)).copies.write_copy(in_vault(), ME)
    assert _expiry(table_client) == [str(int((AT + timedelta(days=14)).timestamp()))]


def _expiry(client: Any) -> list[str]:
    items = client.scan(TableName=TABLE)["Items"]
    return [item["expires_at"]["N"] for item in items if "expires_at" in item]
