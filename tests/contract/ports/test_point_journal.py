"""What both journals, in memory and in DynamoDB, promise about points and their ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.ports.journal import Journal
from snapkeep.ports.points import Creation, Outcome
from tests.contract.ports.samples import (
    ME,
    NOW,
    SLOT,
    a_point,
    a_run,
    a_snapshot,
    later,
    leased,
    started,
    stored,
)


def test_points_are_written_whole_and_read_in_the_order_asked(journal: Journal) -> None:
    points = [a_point(f"claim-{n}", group="wordpress" if n % 2 else "") for n in range(120)]
    journal.points.add_points(points)
    ids = [point.id for point in reversed(points)]
    assert list(journal.points.points(a_run().id, [*ids, "unknown"])) == list(reversed(points))
    assert sorted(journal.points.points_of(a_run().id), key=lambda p: p.id) == sorted(
        points, key=lambda p: p.id
    )


def test_a_point_that_is_there_already_stays_untouched(journal: Journal) -> None:
    started(journal, a_point())
    leased(journal, a_point())
    journal.creations.write_intent(a_point(), ME, NOW)
    journal.points.add_points([a_point("logs"), a_point(), a_point("web")])
    assert stored(journal, a_point()).state is PointState.CREATING
    assert len(list(journal.points.points_of(a_run().id))) == 3


def test_points_are_read_page_by_page_in_the_order_of_their_ids(journal: Journal) -> None:
    points = [a_point(f"c{number}") for number in range(12)] + [a_point("c"), a_point("c1-b")]
    journal.points.add_points(points)
    journal.points.add_points([a_point("other", run=a_run("weekly"))])
    read: list[str] = []
    while page := journal.points.page_of_points(a_run().id, 5, read[-1] if read else ""):
        assert len(page) <= 5
        read += [point.id for point in page]
    assert read == sorted(point.id for point in points)
    assert list(journal.points.page_of_points("nobody", 5)) == []


def test_a_point_is_found_by_its_id_alone(journal: Journal) -> None:
    journal.points.add_points([a_point(), a_point("logs")])
    assert journal.points.find_point(a_point("logs").id) == a_point("logs")
    assert journal.points.find_point("nobody") is None


def test_a_point_is_found_by_the_mark_of_its_driver(journal: Journal) -> None:
    journal.points.add_points([a_point(), a_point("logs")])
    created = Creation(a_point("logs").id, "", NOW, driver_mark="snapshot-uid-1")
    for _ in range(2):
        journal.creations.write_created(a_point().run, [created])
    found = journal.points.point_marked("snapshot-uid-1")
    assert found is not None
    assert (found.id, found.driver_mark, found.snapshot_id) == (a_point("logs").id, "snapshot-uid-1", "")
    assert journal.points.point_marked("snapshot-uid-2") is None


def test_points_of_another_run_are_not_seen(journal: Journal) -> None:
    other = a_run(slot=SLOT + timedelta(days=1))
    journal.points.add_points([a_point(), a_point("later", run=other)])
    assert [point.id for point in journal.points.points_of(other.id)] == [a_point("later").id]
    assert journal.points.points(other.id, [a_point().id]) == []


# Ends


def test_a_point_ends_once_and_is_counted_once(journal: Journal) -> None:
    run = started(journal, a_point(), a_point("logs"))
    journal.creations.write_created(run.id, [Creation(a_point().id, "snap-1", NOW)])
    ready = Outcome(PointState.READY, later(minutes=3), "", "snap-1", 2**30)
    assert journal.points.finish(a_point(), ready) is True
    assert journal.points.finish(a_point(), ready) is False
    assert journal.points.finish(a_point(), Outcome(PointState.FAILED, NOW, "late")) is False
    known = journal.runs.run(run.id)
    assert known is not None
    assert (known.ready, known.failed, known.is_settled) == (1, 0, False)
    ended = stored(journal, a_point())
    assert (ended.state, ended.snapshot_id, ended.size_bytes) == (PointState.READY, "snap-1", 2**30)


def test_a_failed_point_keeps_its_reason_and_settles_its_run(journal: Journal) -> None:
    run = started(journal, a_point())
    assert journal.points.finish(a_point(), Outcome(PointState.FAILED, NOW, "the volume is gone"))
    assert stored(journal, a_point()).reason == "the volume is gone"
    known = journal.runs.run(run.id)
    assert known is not None and known.failed == 1 and known.is_settled


def test_a_twin_cannot_end_a_point_that_has_another_snapshot(journal: Journal) -> None:
    run = started(journal, a_point())
    journal.creations.write_created(run.id, [Creation(a_point().id, "snap-1", NOW)])
    assert journal.points.finish(a_point(), Outcome(PointState.READY, NOW, snapshot_id="snap-2")) is False
    known = journal.runs.run(run.id)
    assert known is not None and known.ready == 0
    assert stored(journal, a_point()).snapshot_id == "snap-1"


def test_a_ready_point_takes_another_snapshot_in_place_of_the_one_it_has(journal: Journal) -> None:
    run = started(journal, a_point())
    journal.creations.write_created(run.id, [Creation(a_point().id, "snap-2", later(minutes=1), 4)])
    pending = stored(journal, a_point())
    with pytest.raises(TemporaryError):
        journal.points.replace_snapshot(pending, a_snapshot("snap-1"))
    journal.points.finish(pending, Outcome(PointState.READY, NOW, snapshot_id="snap-2"))
    for _ in range(2):
        journal.points.replace_snapshot(pending, a_snapshot("snap-1"))
        found = stored(journal, a_point())
        assert (found.snapshot_id, found.started_at, found.size_bytes) == ("snap-1", NOW, 7)
    with pytest.raises(TemporaryError):
        journal.points.replace_snapshot(pending, a_snapshot("snap-3"))


def test_eight_deliveries_of_one_completion_count_once(journal: Journal) -> None:
    run = started(journal, a_point())
    journal.creations.write_created(run.id, [Creation(a_point().id, "snap-1", NOW)])
    outcome = Outcome(PointState.READY, NOW, snapshot_id="snap-1")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: journal.points.finish(a_point(), outcome), range(8)))
    assert results.count(True) == 1
    known = journal.runs.run(run.id)
    assert known is not None and known.ready == 1


def test_many_points_that_end_at_once_are_all_counted(journal: Journal) -> None:
    points = [a_point(f"claim-{n}") for n in range(24)]
    run = started(journal, *points)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda p: journal.points.finish(p, Outcome(PointState.READY, NOW)), points))
    known = journal.runs.run(run.id)
    assert known is not None and known.ready == 24 and known.is_settled


def test_a_failed_point_without_a_snapshot_is_revived_once(journal: Journal) -> None:
    point = a_point("a")
    run = started(journal, point, a_point("b"))
    creation = Creation(point.id, "snap-1", NOW, 4 * 2**30)
    assert journal.points.revive(point, creation) is False
    journal.points.finish(point, Outcome(PointState.FAILED, NOW, "a reason"))
    assert journal.points.revive(point, creation) is True
    assert journal.points.revive(point, creation) is False
    (known,) = journal.points.points(run.id, [point.id])
    assert (known.state, known.snapshot_id, known.started_at) == (PointState.PENDING, "snap-1", NOW)
    assert (known.reason, known.size_bytes) == ("", 4 * 2**30)
    now = journal.runs.run(run.id)
    assert now is not None and (now.ready, now.failed, now.late) == (0, 0, 0)


def test_reviving_a_point_opens_its_closed_run_again(journal: Journal) -> None:
    point = a_point("a")
    run = started(journal, point)
    journal.points.finish(point, Outcome(PointState.FAILED, NOW, "a reason"))
    journal.runs.close_run(run.id, RunState.FAILED, NOW)
    journal.runs.mark_announced(run.id)
    assert journal.points.revive(point, Creation(point.id, "snap-1", NOW, 1)) is True
    (opened,) = journal.runs.open_runs()
    assert (opened.state, opened.failed, opened.late) == (RunState.FAILED, 0, 1)
    assert journal.points.finish(point, Outcome(PointState.READY, NOW, "", "snap-1", 1)) is True
    journal.runs.write_late(run.id, 0)
    assert list(journal.runs.open_runs()) == []


def test_a_point_remembers_that_it_was_withdrawn(journal: Journal) -> None:
    point = a_point("a")
    run = started(journal, point)
    journal.points.write_withdrawn(point)
    assert [item.withdrawn for item in journal.points.points_of(run.id)] == [True]
