"""A snapshot that somebody deleted in EC2 is reported wherever people would look for its point."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain import tags
from snapkeep.domain.report.claims import ClaimState
from snapkeep.domain.retention.deletion.deletions import Deletion
from tests.fakes.world import SLOT, World, a_claim


def a_world() -> World:
    world = World(a_claim("data"), a_claim("other"))
    world.calendar = CronCalendar()  # type: ignore[assignment]
    world.back_up(SLOT)
    world.wait(hours=1)
    return world


def test_describe_and_status_tell_who_did_not_delete_it() -> None:
    world = a_world()
    lost = world.point("data").snapshot_id
    world.ebs.delete(lost)
    claim = world.actions().show_claim("myeks", "shop", "data")
    assert claim.state is ClaimState.LATE
    sentence = (
        f"of its recovery point of 2026-11-24 18:00 UTC, snapshot {lost} was deleted in EC2, "
        "and not by Snapkeep"
    )
    assert claim.reason.endswith(sentence)
    status = {claim.claim: claim for claim in world.actions().show_status("myeks").claims}
    assert status["data"].reason.endswith(sentence)
    assert "deleted in EC2" not in status["other"].reason


def test_a_claim_that_other_points_protect_is_told_what_it_lost() -> None:
    world = a_world()
    older = world.point("data").snapshot_id
    world.back_up(SLOT + timedelta(days=1))
    world.back_up(SLOT + timedelta(days=2))
    world.wait(hours=1)
    newest = max(world.ebs.all.values(), key=lambda item: (item.tags[tags.CLAIM] == "data", item.started_at))
    before = world.actions().show_claim("myeks", "shop", "data")
    assert (before.state, before.note) == (ClaimState.PROTECTED, "")
    world.ebs.delete(older)
    claim = world.actions().show_claim("myeks", "shop", "data")
    assert claim.state is ClaimState.PROTECTED
    assert claim.note == (
        f"of its recovery point of 2026-11-24 18:00 UTC, snapshot {older} was deleted in EC2, "
        "and not by Snapkeep"
    )
    world.ebs.delete(newest.id)
    said = world.actions().show_claim("myeks", "shop", "data")
    assert f"{newest.id} was deleted in EC2, and not by Snapkeep, and 1 older one" in said.note


def test_a_backup_whose_snapshot_is_gone_says_so_and_not_that_it_is_ready() -> None:
    world = a_world()
    run = world.the_run()
    assert run is not None
    assert world.actions().show_backup("myeks", run.id, "", 10, "").gone == {}
    lost = world.point("data")
    world.ebs.delete(lost.snapshot_id)
    assert world.actions().show_backup("myeks", run.id, "", 10, "").gone == {
        lost.id: f"snapshot {lost.snapshot_id} was deleted in EC2, and not by Snapkeep"
    }


def test_what_prune_deleted_is_no_alarm() -> None:
    world = a_world()
    run, pruned = world.the_run(), world.point("data")
    assert run is not None
    world.journal.deletions.intend_deletions(
        [Deletion(pruned.snapshot_id, "myeks", "expired", world.clock())]
    )
    world.ebs.delete(pruned.snapshot_id)
    shown = world.actions().show_backup("myeks", run.id, "", 10, "")
    assert shown.gone == {pruned.id: f"snapshot {pruned.snapshot_id} was pruned"}
    claim = world.actions().show_claim("myeks", "shop", "data")
    assert "deleted in EC2" not in claim.reason + claim.note


def test_a_claim_with_a_newer_point_is_not_asked_about() -> None:
    world = a_world()
    world.ebs.delete(world.point("data").snapshot_id)
    world.back_up(SLOT + timedelta(days=1))
    claim = world.actions().show_claim("myeks", "shop", "data")
    assert replace(claim, points=()).state is ClaimState.PROTECTED
    assert "deleted" not in claim.reason
