"""What every journal promises about incidents: the one in memory and the one in DynamoDB."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE
from tests.fakes import MemoryJournal
from tests.fakes.dying import HOOK, INSTANCE, NODE, a_notice

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["memory", "dynamodb"])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return dynamo_journal(request.getfixturevalue("table_client"), TABLE)


def a_record(instance: str = INSTANCE) -> IncidentRecord:
    notices = (
        a_notice(AT, instance=instance),
        a_notice(AT, Kind.LIFECYCLE, key="t", instance=instance, hook=HOOK),
        a_notice(AT, Kind.HEALTH, key="w", instance=instance, deadline=AT, window_end=AT + 4 * HOUR),
    )
    record = (
        IncidentRecord(instance, "myeks", NODE).with_notices(notices).noted(AT, "cordon").noted(AT, "drain")
    )
    return replace(
        record,
        cordoned_at=AT,
        ours=True,
        saved_at=AT,
        run="run",
        answered=("x",),
        again=AT + timedelta(minutes=15, microseconds=1),
        unsaved=("vol-a",),
        unlooked=True,
    )


def test_an_incident_comes_back_as_written(journal: Journal) -> None:
    assert journal.incidents.incident(INSTANCE) is None
    written = journal.incidents.write_incident(a_record())
    assert written == replace(a_record(), revision=1)
    assert journal.incidents.incident(INSTANCE) == written


def test_an_incident_of_an_older_version_is_read(table_client: Any) -> None:
    journal = dynamo_journal(table_client, TABLE)
    journal.incidents.write_incident(a_record())
    (item,) = table_client.scan(TableName=TABLE)["Items"]
    old = json.loads(item["incident"]["S"])
    del old["undrained"]
    for notice in old["notices"]:
        del notice["window_end"]
    del item["unsaved"], item["unlooked"]
    table_client.put_item(TableName=TABLE, Item={**item, "incident": {"S": json.dumps(old)}})
    found = journal.incidents.incident(INSTANCE)
    assert found is not None and found.undrained == ""
    assert (found.unsaved, found.unlooked) == ((), False)
    assert {notice.window_end for notice in found.notices} == {None}


def test_of_two_writers_one_has_to_look_again(journal: Journal) -> None:
    first = journal.incidents.write_incident(a_record())
    with pytest.raises(TemporaryError):
        journal.incidents.write_incident(a_record())
    second = journal.incidents.write_incident(first.noted(AT, "saved"))
    with pytest.raises(TemporaryError):
        journal.incidents.write_incident(first.noted(AT, "drained"))
    assert journal.incidents.incident(INSTANCE) == second


def test_the_incidents_of_a_cluster_are_found_open_or_closed_by_their_first_announcement(
    journal: Journal,
) -> None:
    first = journal.incidents.write_incident(a_record())
    journal.incidents.write_incident(replace(first, closed_at=AT))
    journal.incidents.write_incident(replace(a_record("i-0other"), cluster="other"))
    assert [record.instance for record in journal.incidents.incidents_of("myeks", AT)] == [INSTANCE]
    assert list(journal.incidents.incidents_of("myeks", AT + timedelta(seconds=1))) == []


def test_an_incident_is_open_until_it_is_closed_and_again_by_news(journal: Journal) -> None:
    first = journal.incidents.write_incident(a_record())
    journal.incidents.write_incident(a_record("i-0other"))
    closed = journal.incidents.write_incident(replace(first, closed_at=AT))
    assert [record.instance for record in journal.incidents.open_incidents()] == ["i-0other"]
    news = (a_notice(AT + timedelta(hours=1), key="again"),)
    journal.incidents.write_incident(closed.with_notices(news))
    assert {record.instance for record in journal.incidents.open_incidents()} == {INSTANCE, "i-0other"}
