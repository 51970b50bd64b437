"""What every journal promises about copies that people ask for and cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.errors import TemporaryError
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE
from tests.contract.ports.test_copy_journal import AT, ME, PLACE, a_copy, leased


def test_a_request_comes_back_as_written_and_needs_no_lease(journal: Journal) -> None:
    assert journal.copies.lease_place(PLACE, "somebody", AT.replace(year=2027), AT)
    record = a_copy().asked("ann", AT)
    written = journal.copy_requests.request_copy(record)
    assert written == replace(record, revision=1)
    cancelled = journal.copy_requests.request_copy(written.cancelled("bob", AT))
    key = ("myeks", "data-1")
    assert journal.copies.copies(PLACE, [key]) == {key: cancelled}
    assert (cancelled.asked_by, cancelled.cancelled_by, cancelled.cancelled_at) == ("ann", "bob", AT)


def test_a_request_is_not_written_over_what_somebody_wrote_meanwhile(journal: Journal) -> None:
    begun = leased(journal).copies.write_copy(a_copy().intended(AT), ME)
    with pytest.raises(TemporaryError):
        journal.copy_requests.request_copy(a_copy().asked("ann", AT))
    asked = journal.copy_requests.request_copy(begun.asked("ann", AT))
    with pytest.raises(TemporaryError):
        journal.copies.write_copy(begun.started("snap-0bbb", AT), ME)
    assert journal.copies.write_copy(asked.started("snap-0bbb", AT), ME).asked_by == "ann"


def test_copies_are_found_while_they_wait_and_once_they_are_cancelled(journal: Journal) -> None:
    requests, copies = journal.copy_requests, leased(journal).copies

    def found() -> tuple[list[str], list[str]]:
        asked, cancelled = requests.asked_copies(PLACE), requests.cancelled_copies(PLACE)
        return [each.point_id for each in asked], [each.point_id for each in cancelled]

    copies.write_copy(a_copy("by-rule"), ME)
    record = requests.request_copy(a_copy().asked("ann", AT))
    assert found() == (["data-1"], [])
    record = requests.request_copy(record.cancelled("ann", AT))
    assert found() == ([], ["data-1"])
    record = requests.request_copy(record.asked("ann", AT))
    record = copies.write_copy(record.intended(AT).started("snap-0bbb", AT), ME)
    record = requests.request_copy(record.cancelled("ann", AT))
    assert found() == ([], [])
    assert [each.cancelled_by for each in copies.open_copies(PLACE)] == ["ann"]
    copies.write_copy(record.dropped(AT), ME)
    assert found() == ([], ["data-1"])
    assert list(requests.cancelled_copies("elsewhere")) == []


def test_a_cancelled_copy_does_not_expire_because_a_rule_would_want_it_again(table_client: Any) -> None:
    requests = dynamo_journal(table_client, TABLE).copy_requests
    requests.request_copy(a_copy().cancelled("ann", AT))
    (item,) = table_client.scan(TableName=TABLE)["Items"]
    assert "expires_at" not in item
