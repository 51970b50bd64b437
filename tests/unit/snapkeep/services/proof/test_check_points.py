"""New points are checked, and what is suspicious keeps the last good point."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import Invalid, TemporaryError
from snapkeep.domain.proof.looks import Unseen
from snapkeep.domain.proof.progress import Progress
from snapkeep.domain.troubles import TroubleKind
from snapkeep.wiring import proof
from tests.fakes.checking import ENCRYPTED, CheckedWorld
from tests.fakes.faults import Crash


def test_a_new_point_is_checked_once_and_tagged() -> None:
    world = CheckedWorld(expect=("/out.txt",))
    snapshot = world.back_up_night()
    report = world.check()
    assert (report.checked, report.suspicious, report.given_up) == ([world.point(snapshot)], {}, {})
    assert world.ebs.all[snapshot].tags[tags.CHECKED].startswith("checked 2026")
    assert world.check().checked == []
    assert world.looks.asked == [(snapshot, ("/out.txt",), "")]


def test_a_point_is_compared_with_the_last_good_one() -> None:
    world = CheckedWorld()
    first, second = world.back_up_night(), world.back_up_night()
    world.check()
    assert [each[2] for each in world.looks.asked] == ["", first]
    assert world.check_of(second).base == world.point(first)


def test_thirty_nights_of_encrypted_files_leave_the_last_good_point() -> None:
    world = CheckedWorld(retention={"last": 2, "max_age": "5d"})
    world.back_up_night()
    good = world.back_up_night()
    world.check()
    for _ in range(30):
        world.looks.seen[world.back_up_night()] = ENCRYPTED
        assert world.check().suspicious
        world.prune()
    assert good in world.ebs.all
    assert len(world.ebs.all) < 6


def test_thirty_nights_of_an_encrypted_volume_leave_the_last_good_point() -> None:
    world = CheckedWorld(retention={"last": 2, "max_age": "5d"})
    good = world.back_up_night()
    world.check()
    world.looks.usual = Unseen("the volume holds data without a known format", by_contents=True)
    for _ in range(30):
        world.back_up_night()
        assert world.check().suspicious
        world.prune()
    assert good in world.ebs.all


def test_a_prune_before_the_check_leaves_the_last_good_point() -> None:
    world = CheckedWorld(retention={"last": 1, "minimum": 1})
    good = world.back_up_night()
    world.check()
    for _ in range(3):
        world.looks.seen[world.back_up_night()] = ENCRYPTED
        world.prune()
        assert good in world.ebs.all
        assert world.check().suspicious
    world.prune()
    assert good in world.ebs.all


def test_a_checked_point_goes_once_the_next_one_is_checked() -> None:
    world = CheckedWorld(retention={"last": 1, "minimum": 1})
    first = world.back_up_night()
    world.check()
    world.back_up_night()
    world.prune()
    assert first in world.ebs.all
    world.check()
    world.prune()
    assert first not in world.ebs.all


def test_a_good_point_in_the_archive_tier_stays_too() -> None:
    world = CheckedWorld(retention={"last": 2})
    good = world.back_up_night()
    world.check()
    world.ebs.all[good] = replace(world.ebs.all[good], archived=True)
    world.looks.usual = ENCRYPTED
    world.back_up_night()
    world.check()
    assert [each.good for each in world.journal.suspicions.suspicions("myeks")] == [good]


def test_an_accepted_point_lets_the_good_one_before_it_go() -> None:
    world = CheckedWorld(retention={"last": 2})
    good = world.back_up_night()
    world.check()
    bad = world.back_up_night()
    world.looks.usual = ENCRYPTED
    world.check()
    world.prune()
    accepter, point = proof.accept_check(world.ports()), world.point(bad)
    accepted = accepter.run("myeks", point, "ann", " the app encrypts\n now ")
    assert (accepted.by, accepted.because) == ("ann", "the app encrypts now")
    for _ in range(3):
        world.back_up_night()
        assert world.check().suspicious == {}
        world.prune()
    assert good not in world.ebs.all


def test_without_acceptance_the_good_point_stays() -> None:
    world = CheckedWorld(retention={"last": 2})
    good = world.back_up_night()
    world.check()
    world.looks.seen[world.back_up_night()] = ENCRYPTED
    for _ in range(4):  # later points check well: their names are as they were
        world.check()
        world.prune()
        world.back_up_night()
    assert good in world.ebs.all


def test_nobody_accepts_without_a_reason() -> None:
    with pytest.raises(Invalid, match="say why sk-1 is good"):
        proof.accept_check(CheckedWorld().ports()).run("myeks", "sk-1", "ann", "  ")


def test_a_crash_between_suspicion_and_check_loses_neither() -> None:
    world = CheckedWorld(retention={"last": 1})
    good = world.back_up_night()
    world.check()
    bad = world.back_up_night()
    world.looks.seen[bad] = ENCRYPTED
    world.journal.checks.fail_next("write_check", Crash())
    with pytest.raises(Crash):
        world.check()
    assert [each.good for each in world.journal.suspicions.suspicions("myeks")] == [good]
    assert world.check().suspicious
    assert len(world.journal.suspicions.suspicions("myeks")) == 1


def test_what_was_done_is_measured() -> None:
    world = CheckedWorld()
    world.back_up_night()
    world.looks.seen[world.back_up_night()] = ENCRYPTED
    world.looks.seen[world.back_up_night()] = Unseen("LUKS")
    world.check()
    assert world.announcer.progress["myeks"] == Progress(points=3, looked_into=2, done=3, suspicious=1)
    world.looks.seen[world.back_up_night()] = TemporaryError("EBS is slow")
    world.check()
    assert world.announcer.progress["myeks"] == Progress(4, 2, waiting=1, suspicious=1)


def test_checks_that_stop_are_told() -> None:
    """Whatever stops them: here there is never time for one."""
    world = CheckedWorld()
    world.back_up_night()
    world.check(until=world.clock())
    assert world.announcer.troubles == []
    for _ in range(9):
        world.wait(hours=1)
        world.check(until=world.clock())
    ((topic, (due, *_), *_),) = world.announcer.troubles
    assert topic.kind is TroubleKind.WORK_GIVEN_UP
    assert due.reason.startswith("1 point waits for a check, the oldest for ")
    assert world.announcer.progress["myeks"].oldest >= timedelta(hours=9)


def test_what_is_suspicious_is_told_once_and_again_every_week() -> None:
    world = CheckedWorld()
    world.looks.usual = replace(ENCRYPTED, expected={"/out.txt": None})
    world.back_up_night()
    for _ in range(3):
        world.check()
    assert len(world.announcer.troubles) == 1
    world.wait(days=7)
    world.check()
    assert len(world.announcer.troubles) == 2


def test_trouble_with_one_point_stops_no_other_and_is_tried_again() -> None:
    world = CheckedWorld()
    first, second = world.back_up_night(), world.back_up_night()
    world.looks.seen[first] = TemporaryError("throttled")
    report = world.check()
    assert report.checked == [world.point(second)]
    assert list(report.given_up) == [world.point(first)]
    del world.looks.seen[first]
    assert world.check().checked == [world.point(first)]


def test_what_cannot_be_looked_into_says_why_and_keeps_nothing() -> None:
    world = CheckedWorld(retention={"last": 1})
    world.looks.usual = Unseen("the volume holds an encrypted LUKS container")
    world.back_up_night()
    assert list(world.check().not_looked_at.values()) == ["the volume holds an encrypted LUKS container"]
    assert not world.journal.suspicions.suspicions("myeks")


def test_points_that_do_not_fit_into_the_time_wait() -> None:
    world = CheckedWorld()
    world.back_up_night()
    report = world.check(until=world.clock())
    assert (report.checked, report.waiting) == ([], 1)


def test_prune_deletes_nothing_while_suspicions_cannot_be_read() -> None:
    world = CheckedWorld(retention={"last": 1})
    for _ in range(4):
        world.back_up_night()
    world.journal.suspicions.fail_next("suspicions", TemporaryError("no answer"))
    assert "no answer" in world.prune().refused
    assert len(world.ebs.all) == 4
