"""One journal: the halves that know runs and points share one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal, schema
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import UnreadableRecord
from snapkeep.domain.points import PointState
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.retention.deletion.deletions import Deletion, LastPrune
from snapkeep.ports.journal import Journal
from snapkeep.ports.points import Creation, Outcome
from tests.contract.ports.samples import NOW, SLOT, TABLE, a_point, a_run, later
from tests.fakes.restore_samples import a_restore
from tests.lists import check_list
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_the_table_has_every_store_of_the_journal(client: CountingClient) -> None:
    real: Any = client
    journal = dynamo_journal(real, TABLE)
    stores = [field.name for field in fields(Journal)]

    check_list("DynamoJournal", [name for name in stores if hasattr(journal, name)], stores)


def test_a_backup_of_one_claim_is_told_by_the_journal_from_plan_to_end(client: CountingClient) -> None:
    real: Any = client
    journal: Journal = dynamo_journal(real, TABLE, sleep=lambda _: None)
    run, point = a_run(), a_point()

    journal.runs.open_run(run, "planner", later(minutes=2), NOW)
    journal.points.add_points([point])
    journal.runs.start_run(replace(run, total=1))

    journal.creations.lease(point, "taker", later(minutes=2), NOW)
    journal.creations.write_intent(point, "taker", NOW)
    journal.creations.write_created(run.id, [Creation(point.id, "snap-1", NOW, 2**30)])
    journal.creations.release(point, "taker")

    found = journal.points.find_point(point.id)
    assert found is not None and found.state is PointState.PENDING
    journal.points.finish(found, Outcome(PointState.READY, later(minutes=5), snapshot_id="snap-1"))

    known = journal.runs.run(run.id)
    assert known is not None and known.is_settled
    assert journal.runs.close_run(run.id, RunState.COMPLETED, later(minutes=5))
    journal.runs.mark_announced(run.id)
    assert list(journal.runs.open_runs()) == []
    assert [point.state for point in journal.points.points_of(run.id)] == [PointState.READY]


Spoil = Mapping[str, Any]
NEWER = {"format": {"N": "2"}}


def spoil(client: CountingClient, key: Mapping[str, str], change: Spoil, lost: str = "") -> str:
    """Change an item as a newer version, or an accident, would have it; its name."""
    item = {**client.item(key["pk"], key["sk"]), **change}
    item.pop(lost, None)
    client.client.put_item(TableName=TABLE, Item=item)
    return f"{key['pk']} {key['sk']}"


@pytest.mark.parametrize(
    ("change", "lost"),
    [(NEWER, ""), ({"state": {"S": "hibernating"}}, ""), ({"total": {"S": "many"}}, ""), ({}, "accepted_at")],
)
def test_a_run_that_cannot_be_read_hides_no_other(client: CountingClient, change: Spoil, lost: str) -> None:
    real: Any = client
    journal = dynamo_journal(real, TABLE, sleep=lambda _: None)
    runs = [a_run(slot=SLOT + timedelta(hours=hour)) for hour in range(3)]
    for run in runs:
        journal.runs.open_run(run, "planner", later(minutes=2), NOW)
    name = spoil(client, schema.run_key(runs[1].id), change, lost)
    assert [run.slot for run in journal.runs.open_runs()] == [runs[0].slot, runs[2].slot]
    assert len(list(journal.runs.runs_of("myeks", "daily", SLOT))) == 2
    assert list(journal.unreadable.passed_over()) == [name]
    assert list(journal.unreadable.passed_over()) == []


def test_whatever_is_listed_passes_over_what_a_newer_version_wrote(client: CountingClient) -> None:
    real: Any = client
    journal = dynamo_journal(real, TABLE, sleep=lambda _: None)
    points = [a_point("data"), a_point("logs")]
    journal.points.add_points(points)
    for restore in (a_restore(1), a_restore(2)):
        journal.restores.add_restore(restore)
    for snapshot in ("snap-1", "snap-2"):
        journal.holds.write_hold(Hold(snapshot, "ann", "audit", later(hours=1)))
        journal.deletions.intend_deletions([Deletion(snapshot, "myeks", "old", NOW)])
    names = [
        spoil(client, schema.point_key(points[0].run, points[0].id), NEWER),
        spoil(client, schema.restore_key(a_restore(1).id), NEWER),
        spoil(client, schema.hold_key("snap-1", "ann"), NEWER),
        spoil(client, schema.deletion_key("snap-1"), NEWER),
    ]
    assert [point.id for point in journal.points.points_of(points[0].run)] == [points[1].id]
    assert [restore.id for restore in journal.restores.open_restores()] == [a_restore(2).id]
    assert [hold.snapshot_id for hold in journal.holds.ended_holds(later(hours=2))] == ["snap-2"]
    assert [deletion.snapshot_id for deletion in journal.deletions.open_deletions("myeks")] == ["snap-2"]
    assert list(journal.unreadable.passed_over()) == names


def test_every_item_carries_its_format(client: CountingClient) -> None:
    real: Any = client
    journal = dynamo_journal(real, TABLE, sleep=lambda _: None)
    journal.runs.open_run(a_run(), "planner", later(minutes=2), NOW)
    journal.points.add_points([a_point()])
    journal.slots.first_seen("myeks", "daily", NOW)
    items = client.client.scan(TableName=TABLE)["Items"]
    assert len(items) == 3
    assert {item["format"]["N"] for item in items} == {"1"}


def test_an_item_of_a_version_that_wrote_no_format_is_read(client: CountingClient) -> None:
    real: Any = client
    journal = dynamo_journal(real, TABLE, sleep=lambda _: None)
    journal.runs.open_run(a_run(), "planner", later(minutes=2), NOW)
    spoil(client, schema.run_key(a_run().id), {}, "format")
    assert list(journal.runs.open_runs()) == [a_run()]
    assert list(journal.unreadable.passed_over()) == []


def test_one_record_of_a_newer_version_is_neither_guessed_at_nor_written_over(client: CountingClient) -> None:
    real: Any = client
    journal = dynamo_journal(real, TABLE, sleep=lambda _: None)
    run, point, restore = a_run(), a_point(), a_restore()
    hold, prune = Hold("snap-1", "ann", "audit", later(hours=1)), LastPrune("myeks", NOW)
    acts: list[Callable[[], object]] = [
        lambda: journal.runs.open_run(run, "planner", later(minutes=2), NOW),
        lambda: journal.runs.run(run.id),
        lambda: journal.runs.close_run(run.id, RunState.FAILED, NOW),
        lambda: journal.points.find_point(point.id),
        lambda: journal.points.finish(point, Outcome(PointState.READY, NOW)),
        lambda: journal.restores.restore(restore.id),
        lambda: journal.restores.write_restore(restore),
        lambda: journal.holds.holds("snap-1"),
        lambda: journal.holds.write_hold(replace(hold, until=later(hours=2))),
        lambda: journal.holds.lift_hold(replace(hold, lifted_at=NOW)),
        lambda: journal.holds.remove_hold(hold),
        lambda: journal.prunes.last_prune("myeks"),
        lambda: journal.prunes.write_last_prune(prune),
    ]
    journal.runs.open_run(run, "planner", later(minutes=2), NOW)
    journal.points.add_points([point])
    journal.restores.add_restore(restore)
    journal.holds.write_hold(hold)
    journal.prunes.write_last_prune(prune)
    keys = [
        {name: item[name]["S"] for name in ("pk", "sk")}
        for item in client.client.scan(TableName=TABLE)["Items"]
    ]
    for key in keys:
        spoil(client, key, NEWER)
    before = client.client.scan(TableName=TABLE)["Items"]
    for act in acts:
        with pytest.raises(UnreadableRecord, match="its format is 2"):
            act()
    assert client.client.scan(TableName=TABLE)["Items"] == before
