"""Monthly points go to the archive tier, one of a volume a day, where that pays; everything needed stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.archive.records import ArchiveStage
from snapkeep.domain.errors import Forbidden, Invalid, PermanentError, TemporaryError, Throttled
from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.troubles import Topic, TroubleKind
from tests.fakes.archiving import ArchiveWorld


def reasons(world: ArchiveWorld) -> str:
    return " | ".join(world.archive().staying)


def test_a_point_that_pays_is_archived_and_settled_the_next_day() -> None:
    world = ArchiveWorld()
    report = world.archive()
    (subject,) = report.begun
    assert subject.startswith("shop/mysql (policy nightly) of 2026-0")
    assert "are in no other snapshot (60%)" in report.begun[subject]
    assert report.given_up == {}

    (moving,) = world.finish()
    assert moving in world.taken()[1:-1]
    world.wait(hours=24)
    assert world.archive().archived == [subject]
    assert world.archived() == [moving]
    assert world.records()[moving].stage is ArchiveStage.ARCHIVED
    assert tags.archived_at_of(world.ebs.all[moving].tags) is not None


def test_one_of_a_volume_goes_each_day_until_first_and_newest_are_left() -> None:
    world = ArchiveWorld(months=6)
    for _ in range(10):
        world.archive()
        world.finish()
        world.wait(hours=24)
    first, *between, newest = world.taken()
    assert world.archived() == between
    assert first and newest


def test_volumes_do_not_wait_for_each_other() -> None:
    world = ArchiveWorld("mysql", "wordpress", "redis")
    report = world.archive()
    assert len(report.begun) == 3
    assert set(report.waiting.values()) == {
        "another snapshot of its volume goes first: one a day, because each changes what the others save"
    }


def test_what_shares_most_blocks_with_its_neighbours_stays_and_is_measured_once() -> None:
    world = ArchiveWorld(own=2)
    first = world.archive()
    assert first.begun == {} and len(first.too_dear) == 6
    assert all("(20%)" in words for words in first.too_dear.values())
    world.blocks.snapshots.clear()  # whoever listed blocks again would fail
    again = world.archive()
    assert (again.too_dear, again.given_up) == (first.too_dear, {})


def test_a_point_with_a_new_neighbour_is_measured_again() -> None:
    world = ArchiveWorld(own=2, months=5)
    world.archive()
    _, _, third, fourth, newest = world.taken()
    assert world.records()[third].following == fourth
    del world.ebs.all[fourth]
    world.archive()
    assert world.records()[third].following == newest


def test_a_held_point_a_restore_and_a_young_one_stay() -> None:
    world = ArchiveWorld(months=4)
    first, second, third, newest = world.taken()
    world.ebs.add_tags(second, {tags.HOLD: "true"})
    assert "held by the tag snapkeep:hold" in reasons(world)
    assert list(world.records()) == [third]
    assert first and newest


def test_one_that_is_held_after_the_listing_stays() -> None:
    world = ArchiveWorld(months=3)
    point = world.taken()[1]
    world.tiers.meanwhile("shared_with", lambda: None)
    world.ebs.meanwhile("get", lambda: None)  # the measurement
    world.ebs.meanwhile("get", lambda: world.ebs.add_tags(point, {tags.HOLD: "true"}))
    report = world.archive()
    assert report.begun == {} and report.staying["it was held meanwhile"] == 1
    assert world.finish() == []


def test_a_shared_one_stays() -> None:
    world = ArchiveWorld(months=3)
    world.tiers.shared[world.taken()[1]] = ["222233334444"]
    assert "it is shared with 222233334444, and archiving would end that" in reasons(world)
    assert world.finish() == []


def test_a_suspicious_one_stays_and_so_does_the_good_one_before_it() -> None:
    world = ArchiveWorld(months=4)
    _, good, bad, _ = world.taken()
    facts = world.ebs.all[bad]
    subject = Subject(
        facts.tags[tags.POINT], bad, "myeks", "shop", "mysql", facts.tags[tags.CLAIM_UID], facts.started_at
    )
    world.journal.suspicions.write_suspicion(Suspicion(subject, "it shrank", good))
    found = reasons(world)
    assert "it is suspicious, and nobody has accepted it (it shrank)" in found
    assert "the last good point before" in found
    assert world.tiers.begun == []


def test_what_an_ami_uses_stays_and_is_no_trouble() -> None:
    world = ArchiveWorld(months=3)
    for _ in range(5):
        world.tiers.fail_next("archive", Invalid("archive snap-1: InvalidSnapshot.InUse: used by ami-1"))
        report = world.archive()
        assert report.given_up == {} and "used by ami-1" in str(report.staying)
        world.wait(hours=24)
    assert world.archive().begun


def test_other_rules_keep_a_point_in_the_standard_tier() -> None:
    world = ArchiveWorld(retention={"last": 100, "monthly": 36})
    assert "only points that monthly alone keeps are archived" in reasons(world)
    assert world.records() == {}


def test_what_goes_within_90_days_is_not_archived() -> None:
    world = ArchiveWorld(retention={"last": 1, "monthly": 4}, months=4)
    assert "EC2 bills at least 90" in reasons(world)
    assert world.finish() == []


def test_no_policy_without_the_setting_is_even_read() -> None:
    world = ArchiveWorld(archive_after={})
    world.ebs.fail_next("find", AssertionError("nothing to list"))
    assert world.archive().given_up == {}


def test_a_failed_move_is_tried_three_times_and_then_told() -> None:
    world = ArchiveWorld(months=3)
    for _ in range(3):
        assert world.archive().begun
        world.finish("an internal error")
        world.wait(hours=24)
    for _ in range(3):
        report = world.archive()
        assert report.begun == {}
        (reason,) = report.given_up.values()
        assert reason.endswith("failed 3 times: an internal error")
        world.wait(hours=24)
    topics = {topic for topic, *_ in world.announcer.troubles}
    assert Topic(TroubleKind.WORK_GIVEN_UP, "myeks", "archive_points") in topics


def test_the_event_settles_a_move_at_once() -> None:
    world = ArchiveWorld(months=3)
    world.archive()
    (moving,) = world.finish()
    assert len(world.settle(moving).archived) == 1
    assert world.settle(moving).archived == []
    assert world.settle("snap-of-others").given_up == {}


def test_it_stops_when_ec2_takes_no_more() -> None:
    world = ArchiveWorld("mysql", "wordpress")
    world.tiers.most_archives = 1
    report = world.archive()
    assert len(report.begun) == 1
    assert any("EC2 archives no more for now" in each for each in report.waiting.values())
    assert {each.stage for each in world.records().values()} == {
        ArchiveStage.MEASURED,
        ArchiveStage.ARCHIVING,
    }
    world.finish()
    world.wait(hours=24)
    assert len(world.archive().begun) == 1


def test_a_volume_that_is_full_in_ec2_does_not_stop_the_others() -> None:
    world = ArchiveWorld("mysql", "wordpress", "redis")
    world.tiers.fail_next("archive", Throttled("25 snapshots of the volume are archived"))

    report = world.archive()

    assert len(report.begun) == 2
    refused = [each for each in report.waiting.values() if "25 snapshots of the volume" in each]
    assert len(refused) == 1


def test_after_three_refusals_ec2_is_asked_no_more() -> None:
    world = ArchiveWorld(*(f"claim-{number}" for number in range(6)))
    world.tiers.fail_next("archive", *(Throttled("25 are in progress") for _ in range(3)))

    report = world.archive()

    assert report.begun == {}, "the fourth would have been archived"
    assert any("refused 3 snapshots" in each for each in report.waiting.values())


def test_without_time_nothing_is_measured() -> None:
    world = ArchiveWorld()
    report = world.archive(until=timedelta())
    assert set(report.waiting.values()) == {"the pass had no time to measure it"}
    assert world.records() == {}


def test_a_key_that_may_not_be_used_is_a_reason_to_stay_and_no_trouble() -> None:
    world = ArchiveWorld(months=3)
    world.blocks.forbidden.add(world.taken()[1])
    report = world.archive()
    (reason,) = report.staying.keys() - {reason for reason in report.staying if "measured" not in reason}
    assert reason.startswith("it cannot be measured: ") and report.given_up == {}


def test_trouble_with_one_point_stops_no_other() -> None:
    world = ArchiveWorld("mysql", "wordpress", months=3)
    world.tiers.fail_next("archive", TemporaryError("the connection broke"))
    report = world.archive()
    assert len(report.begun) == 1 and len(report.given_up) == 1
    world.wait(hours=24)
    world.finish()
    assert world.archive().given_up == {}


def test_a_refusal_counts_as_an_attempt_with_its_reason() -> None:
    world = ArchiveWorld(months=3)
    world.tiers.fail_next("archive", PermanentError("used by ami-1"))
    assert "used by ami-1" in world.archive().given_up.values()


def test_what_ec2_already_archives_is_no_failure() -> None:
    world = ArchiveWorld(months=3)
    point = world.taken()[1]
    world.tiers.meanwhile("archive", lambda: world.tiers.archive(point))
    assert world.archive().begun and world.records()[point].stage is ArchiveStage.ARCHIVING


def test_what_somebody_brought_back_for_good_stays() -> None:
    world = ArchiveWorld(months=3)
    point = world.taken()[1]
    world.archive()
    world.finish()
    world.archive()
    world.tiers.bring_back_for_good(point)
    assert "somebody brought it back from the archive tier for good" in reasons(world)
    assert world.archived() == []


def test_a_snapshot_that_is_gone_is_forgotten() -> None:
    world = ArchiveWorld(months=3)
    world.archive()
    del world.ebs.all[world.taken()[1]]
    world.wait(hours=24)
    world.archive()
    assert [each for each in world.records().values() if each.stage.is_open] == []


def test_a_move_that_lasts_for_a_week_is_told() -> None:
    world = ArchiveWorld(months=3)
    world.archive()
    world.wait(days=8)
    (reason,) = world.archive().given_up.values()
    assert "more than 7 days: ask AWS Support" in reason


def test_unless_a_cluster_can_be_judged_nothing_is_archived() -> None:
    world = ArchiveWorld()
    world.ebs.fail_next("find", Forbidden("no"))
    report = world.archive()
    assert report.begun == {} and report.given_up == {"myeks": "no"}


@pytest.mark.parametrize("call", ["write_archive", "add_tags", "archive", "tiers"])
def test_a_lost_answer_archives_nothing_twice(call: str) -> None:
    world = ArchiveWorld(months=3)
    for port in (world.tiers, world.ebs, world.journal):
        port.lose_answer(call)
    world.archive()
    world.wait(hours=24)
    world.archive()
    world.finish()
    world.wait(hours=24)
    world.archive()
    assert world.archived() == [world.taken()[1]]
    assert world.records()[world.taken()[1]].stage is ArchiveStage.ARCHIVED
