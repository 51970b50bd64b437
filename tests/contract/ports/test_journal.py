"""What every journal promises: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.backup.slot_record import KnownSchedule, SlotRecord
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.points import Point, PointState, Snapshot, SnapshotState
from snapkeep.domain.policies import Method, Schedule
from snapkeep.ports.journal import Journal
from snapkeep.ports.points import Creation, Outcome
from snapkeep.ports.runs import Left
from tests.contract.ports.samples import NOW, SLOT, TABLE, a_point, a_run, later
from tests.fakes import MemoryJournal

ME, OTHER = "me", "other"
UNTIL = later(minutes=2)


@pytest.fixture(params=["memory", "dynamodb", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    fixture = {"dynamodb": "table_client", "sandbox": "sandbox_table_client"}[request.param]
    return dynamo_journal(request.getfixturevalue(fixture), TABLE)


def started(journal: Journal, *points: Point, run: Run | None = None) -> Run:
    """A run that is running with these points."""
    run = run or a_run()
    journal.runs.open_run(run, ME, UNTIL, NOW)
    journal.points.add_points(points)
    journal.runs.start_run(replace(run, total=len(points)))
    return run


def leased(journal: Journal, point: Point, owner: str = ME) -> Point:
    held = journal.creations.lease(point, owner, UNTIL, NOW)
    assert held is not None
    return held


def a_snapshot(snapshot_id: str) -> Snapshot:
    return Snapshot(snapshot_id, "vol-data", SnapshotState.COMPLETED, NOW, 7, {})


def stored(journal: Journal, point: Point) -> Point:
    (found,) = journal.points.points(point.run, [point.id])
    return found


# Opening and planning


def test_a_new_run_is_opened_once_and_barred_for_everybody_else(journal: Journal) -> None:
    assert journal.runs.open_run(a_run(), ME, UNTIL, NOW) == a_run()
    assert journal.runs.open_run(a_run(), OTHER, UNTIL, later(seconds=119)) is None
    assert journal.runs.run(a_run().id) == a_run()


def test_whoever_holds_the_planning_lease_may_take_it_again(journal: Journal) -> None:
    journal.runs.open_run(a_run(), ME, UNTIL, NOW)
    assert journal.runs.open_run(a_run(), ME, later(minutes=4), later(minutes=1)) == a_run()
    assert journal.runs.open_run(a_run(), OTHER, later(minutes=9), later(minutes=3)) is None


def test_an_expired_planning_lease_goes_to_the_next_who_asks(journal: Journal) -> None:
    journal.runs.open_run(a_run(), ME, UNTIL, NOW)
    assert journal.runs.open_run(a_run(), OTHER, later(minutes=4), UNTIL) == a_run()
    assert journal.runs.open_run(a_run(), ME, later(minutes=4), UNTIL) is None


def test_a_run_past_planning_is_returned_as_it_stands(journal: Journal) -> None:
    started(journal, a_point())
    again = journal.runs.open_run(a_run(), OTHER, UNTIL, NOW)
    assert again is not None
    assert (again.state, again.total) == (RunState.RUNNING, 1)


def test_of_eight_that_open_a_run_at_once_one_plans(journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: journal.runs.open_run(a_run(), f"me-{n}", UNTIL, NOW), range(8)))
    assert sum(result is not None for result in results) == 1


def test_starting_a_run_writes_what_planning_found_and_leaves_the_counts_alone(journal: Journal) -> None:
    run, point = a_run(), a_point()
    journal.runs.open_run(run, ME, UNTIL, NOW)
    journal.points.add_points([point, a_point("logs")])
    journal.points.finish(point, Outcome(PointState.FAILED, NOW, "volume gone"))
    journal.runs.start_run(replace(run, total=2, degraded="API down", left={"efs": 3}, ends_untold=True))
    assert journal.runs.run(run.id) == replace(
        run, state=RunState.RUNNING, total=2, failed=1, degraded="API down", left={"efs": 3}, ends_untold=True
    )


def test_starting_a_run_twice_changes_nothing(journal: Journal) -> None:
    run = started(journal, a_point())
    journal.runs.start_run(replace(run, total=99))
    known = journal.runs.run(run.id)
    assert known is not None and known.total == 1


def test_an_unknown_run_is_none(journal: Journal) -> None:
    assert journal.runs.run("myeks.daily.19700101T000000Z") is None


# Runs that somebody asks for


def a_wanted_run(second: int = 0) -> Run:
    wish = OnDemandRequest(
        claims=(ClaimName("shop", "data"),), method=Method.EBS, namespace="shop", caller="ann"
    )
    return replace(a_run("on-demand", SLOT + timedelta(seconds=second)), wish=wish)


def test_a_request_has_one_run_however_often_it_is_sent(journal: Journal) -> None:
    assert journal.requests.requested_run("one") is None
    assert journal.requests.accept_run(a_wanted_run(), "one") == a_wanted_run()
    assert journal.requests.accept_run(a_wanted_run(7), "one") == a_wanted_run()
    assert journal.requests.requested_run("one") == a_wanted_run() == journal.runs.run(a_wanted_run().id)
    assert journal.runs.run(a_wanted_run(7).id) is None


def test_a_slot_that_another_request_has_is_not_given_again(journal: Journal) -> None:
    journal.requests.accept_run(a_wanted_run(), "one")
    assert journal.requests.accept_run(a_wanted_run(), "two") is None
    assert journal.requests.requested_run("two") is None
    assert journal.requests.accept_run(a_wanted_run(1), "two") == a_wanted_run(1)


def test_an_accepted_run_is_open_and_planned_with_its_wish(journal: Journal) -> None:
    journal.requests.accept_run(a_wanted_run(), "one")
    assert list(journal.runs.open_runs()) == [a_wanted_run()]
    bare = replace(a_wanted_run(), wish=None)
    assert journal.runs.open_run(bare, ME, UNTIL, NOW) == a_wanted_run()
    assert journal.runs.open_run(bare, OTHER, UNTIL, NOW) is None


# What was left


def test_what_was_left_is_read_back_and_replaced_by_the_next_attempt(journal: Journal) -> None:
    run = a_run()
    many = [Left(f"wordpress/claim-{n}", "efs", "the data is on EFS") for n in range(1200)]
    journal.runs.add_left(run.id, many)
    assert list(journal.runs.left(run.id)) == many
    journal.runs.add_left(run.id, many[:2])
    assert list(journal.runs.left(run.id)) == many[:2]


def test_a_run_that_left_nothing_says_so(journal: Journal) -> None:
    journal.runs.add_left(a_run().id, [])
    assert list(journal.runs.left(a_run().id)) == []


# Points


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


# Leases and intents


def test_a_leased_point_is_barred_until_the_lease_ends(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    assert journal.creations.lease(a_point(), ME, UNTIL, NOW) == a_point()
    assert journal.creations.lease(a_point(), OTHER, later(minutes=4), later(seconds=119)) is None
    assert journal.creations.lease(a_point(), OTHER, later(minutes=4), UNTIL) == a_point()
    assert journal.creations.lease(a_point(), ME, later(minutes=4), UNTIL) is None


def test_a_released_point_is_free_at_once_but_only_its_holder_can_release_it(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    journal.creations.release(a_point(), OTHER)
    assert journal.creations.lease(a_point(), OTHER, UNTIL, NOW) is None
    journal.creations.release(a_point(), ME)
    assert journal.creations.lease(a_point(), OTHER, UNTIL, NOW) == a_point()


def test_a_point_nobody_knows_cannot_be_leased(journal: Journal) -> None:
    with pytest.raises(NotFound, match=a_point().id):
        journal.creations.lease(a_point(), ME, UNTIL, NOW)


def test_an_intent_is_written_and_kept_under_the_lease(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    written = journal.creations.write_intent(a_point(), ME, NOW)
    assert (written.state, written.intent_at, written.empty_reads) == (PointState.CREATING, NOW, 0)
    assert stored(journal, a_point()) == written


def test_the_first_nonce_stays(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    assert journal.creations.write_intent(a_point(), ME, NOW, "0123456789abcdef").nonce == "0123456789abcdef"
    assert (
        journal.creations.write_intent(a_point(), ME, later(minutes=6), "fedcba9876543210").nonce
        == "0123456789abcdef"
    )
    journal.creations.replan(a_point(), "by ebs instead")
    assert stored(journal, a_point()).nonce == "0123456789abcdef"


def test_whoever_lost_the_lease_writes_no_intent_and_no_read(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    assert journal.creations.lease(a_point(), OTHER, later(minutes=9), UNTIL) is not None
    for write in (journal.creations.write_intent, journal.creations.write_empty_read):
        with pytest.raises(TemporaryError, match="lost the lease"):
            write(a_point(), ME, UNTIL)
    with pytest.raises(TemporaryError, match="lost the lease"):
        journal.creations.withdraw_intent(a_point(), ME)
    assert stored(journal, a_point()) == a_point()


def test_empty_reads_count_only_when_they_are_thirty_seconds_apart(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    journal.creations.write_intent(a_point(), ME, NOW)
    counts = [
        journal.creations.write_empty_read(a_point(), ME, later(seconds=second)).empty_reads
        for second in (0, 10, 29, 30, 59, 60)
    ]
    assert counts == [1, 1, 1, 2, 2, 3]
    assert stored(journal, a_point()).last_read_at == later(seconds=60)


def test_a_new_intent_forgets_the_reads_of_the_one_before(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    journal.creations.write_intent(a_point(), ME, NOW)
    journal.creations.write_empty_read(a_point(), ME, later(seconds=40))
    again = journal.creations.write_intent(a_point(), ME, later(minutes=6))
    assert (again.intent_at, again.empty_reads, again.last_read_at) == (later(minutes=6), 0, None)


def test_a_withdrawn_intent_leaves_the_point_as_planned_as_before(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    leased(journal, a_point())
    journal.creations.write_intent(a_point(), ME, NOW)
    journal.creations.write_empty_read(a_point(), ME, NOW)
    assert journal.creations.withdraw_intent(a_point(), ME) == a_point()
    assert stored(journal, a_point()) == a_point()


# What was created


def test_a_created_snapshot_makes_the_point_pending(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    journal.creations.write_created(
        a_point().run, [Creation(a_point().id, "snap-1", NOW, 20 * 2**30, note="taken alone")]
    )
    assert stored(journal, a_point()) == a_point(
        state=PointState.PENDING,
        snapshot_id="snap-1",
        started_at=NOW,
        size_bytes=20 * 2**30,
        method_reason="taken alone",
    )


def test_the_first_snapshot_of_a_point_wins(journal: Journal) -> None:
    journal.points.add_points([a_point(), a_point("logs")])
    journal.creations.write_created(a_point().run, [Creation(a_point().id, "snap-1", NOW)])
    journal.creations.write_created(
        a_point().run,
        [Creation(a_point().id, "snap-2", NOW), Creation(a_point("logs").id, "snap-3", NOW)],
    )
    assert [
        p.snapshot_id for p in journal.points.points(a_point().run, [a_point().id, a_point("logs").id])
    ] == [
        "snap-1",
        "snap-3",
    ]


def test_snapshots_of_a_group_are_written_all_or_none(journal: Journal) -> None:
    journal.points.add_points([a_point()])
    with pytest.raises(NotFound, match="stranger"):
        journal.creations.write_created(
            a_point().run, [Creation(a_point().id, "snap-1", NOW), Creation("stranger", "snap-2", NOW)]
        )
    assert stored(journal, a_point()) == a_point()


def test_a_csi_point_learns_its_snapshot_after_it_is_pending(journal: Journal) -> None:
    point = a_point(method=Method.CSI)
    journal.points.add_points([point])
    journal.creations.write_created(point.run, [Creation(point.id, "", NOW)])
    assert stored(journal, point).state is PointState.PENDING
    journal.creations.write_created(point.run, [Creation(point.id, "snap-1", later(seconds=3), 2**30)])
    learned = stored(journal, point)
    assert (learned.snapshot_id, learned.started_at) == ("snap-1", later(seconds=3))


def test_a_failed_point_takes_no_snapshot_any_more(journal: Journal) -> None:
    started(journal, a_point())
    journal.points.finish(a_point(), Outcome(PointState.FAILED, NOW, "gave up"))
    journal.creations.write_created(a_point().run, [Creation(a_point().id, "snap-1", NOW)])
    assert stored(journal, a_point()).snapshot_id == ""
    assert stored(journal, a_point()).state is PointState.FAILED


def test_the_end_that_ec2_told_of_is_written_once_while_the_point_is_open(journal: Journal) -> None:
    first, second = a_point("first"), a_point("second")
    started(journal, first, second)
    journal.creations.write_created(first.run, [Creation(first.id, "snap-1", NOW)])
    journal.points.finish(second, Outcome(PointState.READY, NOW))

    assert [journal.points.write_end(first, later(seconds=after)) for after in (1, 2)] == [True, False]
    assert stored(journal, first).ended_at == later(seconds=1)
    assert not journal.points.write_end(second, NOW)


def test_an_unfinished_csi_point_is_planned_again_as_ebs_with_the_reason(journal: Journal) -> None:
    point = a_point(method=Method.CSI)
    journal.points.add_points([point])
    journal.creations.write_created(point.run, [Creation(point.id, "", NOW)])
    journal.creations.replan(point, "the snapshot controller is absent")
    journal.creations.replan(point, "once more")
    replanned = stored(journal, point)
    assert (replanned.method, replanned.state) == (Method.EBS, PointState.PLANNED)
    assert replanned.fell_back and not point.fell_back
    assert replanned.method_reason == "the snapshot controller is absent"


def test_a_csi_point_with_a_snapshot_is_not_planned_again(journal: Journal) -> None:
    point = a_point(method=Method.CSI)
    journal.points.add_points([point])
    journal.creations.write_created(point.run, [Creation(point.id, "snap-1", NOW)])
    with pytest.raises(TemporaryError, match="has a snapshot by now"):
        journal.creations.replan(point, "late")
    assert stored(journal, point).method is Method.CSI


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


def test_a_run_is_closed_once_and_open_until_it_was_announced(journal: Journal) -> None:
    run = started(journal)
    assert [r.id for r in journal.runs.open_runs()] == [run.id]
    assert journal.runs.close_run(run.id, RunState.COMPLETED, later(hours=1)) is True
    assert journal.runs.close_run(run.id, RunState.FAILED, later(hours=2)) is False
    (closed,) = journal.runs.open_runs()
    assert (closed.state, closed.closed_at) == (RunState.COMPLETED, later(hours=1))
    journal.runs.mark_announced(run.id)
    assert list(journal.runs.open_runs()) == []
    known = journal.runs.run(run.id)
    assert known is not None and known.announced


def test_a_closed_run_stays_open_while_it_has_late_points(journal: Journal) -> None:
    run = started(journal)
    journal.runs.write_late(run.id, 2)
    assert journal.runs.close_run(run.id, RunState.PARTIALLY_FAILED, later(hours=1))
    journal.runs.mark_announced(run.id)
    (known,) = journal.runs.open_runs()
    assert (known.announced, known.late, known.state) == (True, 2, RunState.PARTIALLY_FAILED)
    journal.runs.write_late(run.id, 1)
    assert [item.late for item in journal.runs.open_runs()] == [1]
    journal.runs.write_late(run.id, 0)
    assert list(journal.runs.open_runs()) == []
    journal.runs.write_late("no such run", 1)
    assert journal.runs.run("no such run") is None


def test_no_late_points_leave_a_run_open_that_was_not_announced(journal: Journal) -> None:
    run = started(journal)
    journal.runs.write_late(run.id, 1)
    journal.runs.write_late(run.id, 0)
    assert [item.id for item in journal.runs.open_runs()] == [run.id]
    journal.runs.close_run(run.id, RunState.COMPLETED, later(hours=1))
    journal.runs.mark_announced(run.id)
    assert list(journal.runs.open_runs()) == []


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


def test_runs_of_a_policy_are_given_from_a_slot_on_oldest_first(journal: Journal) -> None:
    slots = [SLOT + timedelta(days=day) for day in range(4)]
    for slot in reversed(slots):
        journal.runs.open_run(a_run(slot=slot), ME, UNTIL, NOW)
    journal.runs.open_run(a_run(policy="weekly"), ME, UNTIL, NOW)
    journal.runs.open_run(a_run(cluster="other"), ME, UNTIL, NOW)
    found = [run.slot for run in journal.runs.runs_of("myeks", "daily", slots[1])]
    assert found == slots[1:]


def test_what_is_remembered_of_slots_is_written_over_the_version_it_was_read_at(journal: Journal) -> None:
    empty = journal.slots.slot_record("myeks", "daily")
    assert empty == SlotRecord("myeks", "daily")
    schedule = Schedule("cron(0 18 * * ? *)", "Asia/Seoul", 15, timedelta(hours=2), enabled=False)
    record = replace(empty, schedules=(KnownSchedule(schedule, NOW),), taken=(SLOT, later(days=1)))
    assert journal.slots.write_slot_record(record)
    assert journal.slots.slot_record("myeks", "daily") == replace(record, version=1)
    assert not journal.slots.write_slot_record(empty)
    assert journal.slots.write_slot_record(replace(record, taken=(), version=1))
    assert not journal.slots.write_slot_record(replace(record, version=1))
    assert journal.slots.slot_record("myeks", "daily") == replace(record, taken=(), version=2)
    assert journal.slots.slot_record("other", "daily") == SlotRecord("other", "daily")
    assert journal.slots.slot_record("myeks", "weekly") == SlotRecord("myeks", "weekly")


def test_the_first_time_a_policy_is_seen_is_remembered(journal: Journal) -> None:
    assert journal.slots.first_seen("myeks", "daily", NOW) == NOW
    assert journal.slots.first_seen("myeks", "daily", later(days=1)) == NOW
    assert journal.slots.first_seen("myeks", "weekly", later(days=1)) == later(days=1)
