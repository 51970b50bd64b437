"""What both journals, in memory and in DynamoDB, promise about leases, intents and what was created."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import NotFound, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.ports.journal import Journal
from snapkeep.ports.points import Creation, Outcome
from tests.contract.ports.samples import ME, NOW, OTHER, UNTIL, a_point, later, leased, started, stored


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
    with pytest.raises(TemporaryError, match="already has a snapshot"):
        journal.creations.replan(point, "late")
    assert stored(journal, point).method is Method.CSI
