"""Gathering the report: it says what really happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.errors import TemporaryError, UnknownCluster
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.points import PointState
from snapkeep.domain.report.claims import ClaimState, ReportedClaim
from snapkeep.domain.report.facts import Report
from snapkeep.domain.report.points import Outlook
from snapkeep.domain.retention.candidates import backs_image
from snapkeep.services.report.gather import GatherReport
from snapkeep.wiring.ports import Ports
from snapkeep.wiring.report import gather_report
from tests.fakes.restore_samples import a_restore
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAY = timedelta(days=1)


def gatherer_of(ports: Ports) -> GatherReport:
    """Gathers reports with a calendar that reads schedules."""
    return gather_report(replace(ports, calendar=CronCalendar()))


def reported(world: World) -> Report:
    """The report on the cluster."""
    return gatherer_of(world.ports()).report("myeks")


def the_claim(report: Report, name: str = "data") -> ReportedClaim:
    return next(claim for claim in report.claims if claim.claim == name)


@pytest.fixture
def world() -> World:
    """shop/data, kept three times, was backed up four nights; nothing is pruned yet."""
    world = World(a_claim("data"))
    for night in range(4):
        world.back_up(SLOT + night * DAY)
    world.wait(hours=1)
    return world


def test_a_claim_that_was_backed_up_is_protected_and_its_points_say_what_becomes_of_them(
    world: World,
) -> None:
    claim = the_claim(reported(world))
    assert claim.state is ClaimState.PROTECTED
    assert [point.fate for point in claim.points] == [
        Outlook.STAYS,
        Outlook.STAYS,
        Outlook.NEXT,
        Outlook.GOES,
    ]
    assert claim.points[2].goes_at == SLOT + 4 * DAY
    assert claim.objective == timedelta(hours=26)


def test_a_claim_made_anew_under_its_old_name_gets_the_command_that_restores_what_is_left(
    world: World,
) -> None:
    newest = the_claim(reported(world)).last_good_id
    world.cluster.claim_list[:] = [replace(a_claim("data"), uid="uid-made-anew")]
    of_page, gatherer = the_claim(reported(world)), gatherer_of(world.ports())
    for claim in (of_page, gatherer.claim("myeks", "shop", "data")):
        assert (claim.state, claim.last_good_id) == (ClaimState.LATE, "")
        assert "ready points of that name are left from an earlier claim" in claim.reason
        assert claim.restore is not None
        assert claim.restore.command.startswith(f"snapkeep restore {newest} ")
        assert "--as data-restored" in claim.restore.command


def test_what_ec2_would_not_delete_stays_with_that_reason(world: World) -> None:
    oldest = min(world.ebs.all.values(), key=lambda snapshot: snapshot.started_at)
    world.ebs.locks[oldest.id] = (backs_image("ami-1"),)
    last = the_claim(reported(world)).points[-1]
    assert (last.fate, last.reasons) == (Outlook.STAYS, ("used by AMI ami-1: deregister it first",))


def test_a_backup_that_never_had_a_snapshot_is_a_failure_by_the_journal(world: World) -> None:
    world.ebs.volumes.clear()
    world.back_up(SLOT + 4 * DAY)
    claim = the_claim(reported(world))
    assert claim.state is ClaimState.FAILING
    assert claim.reason.startswith("policy nightly failed at 2026-11-28 18:00 UTC: ")


def test_a_day_whose_point_was_pruned_stays_good_in_the_past_of_the_claim(world: World) -> None:
    oldest = min(world.ebs.all.values(), key=lambda snapshot: snapshot.started_at)
    del world.ebs.all[oldest.id]
    days = the_claim(reported(world)).days
    assert [day.value for day in days[-5:]] == ["none", "good", "good", "good", "good"]


def test_incidents_of_the_last_month_and_the_latest_restores_are_told(world: World) -> None:
    now = world.clock()
    recent = IncidentRecord("i-0new", "myeks", "node").noted(now - DAY, "cordoned")
    old = IncidentRecord("i-0old", "myeks", "node").noted(now - 40 * DAY, "cordoned")
    elsewhere = IncidentRecord("i-0else", "other", "node").noted(now - DAY, "cordoned")
    for record in (recent, old, elsewhere):
        world.journal.incidents.write_incident(record)
    for number in range(7):
        accepted = now - timedelta(hours=number)
        world.journal.restores.add_restore(a_restore(number + 1, accepted_at=accepted))
    report = reported(world)
    assert [record.instance for record in report.incidents] == ["i-0new"]
    assert [item.accepted_at for item in report.restores] == [now - timedelta(hours=n) for n in range(7)]


def test_a_retention_that_cannot_be_read_is_noted(world: World) -> None:
    wrong = replace(world.policy, retention={"last": 0})
    deployment = replace(world.deployment, policies=(wrong,))
    gatherer = gatherer_of(world.deployed(deployment))
    (note,) = gatherer.report("myeks").notes
    assert note.startswith("policy nightly prunes nothing: its retention: ")


def test_half_a_listing_makes_no_report(world: World) -> None:
    world.ebs.fail_next("find", TemporaryError("throttled"))
    with pytest.raises(TemporaryError):
        reported(world)


def test_a_cluster_nobody_named_is_refused(world: World) -> None:
    with pytest.raises(UnknownCluster):
        world.gatherer.report("other")


def test_a_snapshot_of_another_volume_is_told_apart_as_prune_does(world: World) -> None:
    newest = world.ebs.all[max(world.ebs.all)]
    world.ebs.add_volume("vol-forged")
    forged = world.ebs.create("vol-forged", newest.tags, "")
    world.ebs.complete()
    points = {point.snapshot_id: point for point in the_claim(reported(world)).points}
    assert points[forged.id].fate is Outlook.STAYS
    assert points[forged.id].state is PointState.PENDING
    assert "volume is vol-data and the snapshot is of vol-forged" in points[forged.id].reasons[0]
    assert "last 1/3" in points[newest.id].reasons


def test_points_past_max_age_stay_as_in_prune_while_backups_are_late() -> None:
    world = World(a_claim("data"), policy=a_policy(retention={"last": 3, "max_age": "3d"}))
    for night in range(4):
        world.back_up(SLOT + night * DAY)
    world.wait(days=5)
    kept = {snapshot for snapshot, _ in world.prune(dry_run=True).keep}
    points = the_claim(reported(world)).points
    assert len(kept) == 3
    assert {point.snapshot_id for point in points if point.fate is not Outlook.GOES} == kept


def test_the_runs_of_thirty_days_are_reported_with_the_share_that_became_ready(world: World) -> None:
    world.ebs.volumes.clear()
    world.back_up(SLOT + 4 * DAY)
    (policy,) = reported(world).policies
    assert [run.slot for run in policy.runs] == [SLOT + night * DAY for night in range(5)]
    assert policy.success == 4 / 5
    world.wait(days=28)
    assert len(reported(world).policies[0].runs) == 3
