"""What prune reads of a vault: as little as it can, and nothing that it cannot believe."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.efs.jobs import StoredState
from snapkeep.domain.errors import TemporaryError
from snapkeep.services.efs.pruning import read_recovery_points
from tests.unit.snapkeep.services.efs.pruning.prune_world import FS, OTHER_FS, PruneWorld


def test_points_without_our_tags_are_reported_and_never_touched() -> None:
    world = PruneWorld()
    strange = [world.put(1), world.put(2, tags={"snapkeep:managed": "true", "snapkeep:deployment": "blue"})]
    world.nights(8)

    report = world.prune()

    assert all(each.arn in world.backup.stored for each in strange)
    assert [reason for _, reason in sorted(report.unreadable)] == [
        "it has no tags of Snapkeep, so somebody else put it into the vault: only you can delete it",
        "it belongs to the deployment blue",
    ]


def test_without_a_journal_the_tags_say_what_a_point_is() -> None:
    world = PruneWorld()
    world.nights(3)
    world.nights(3, prune=False)
    world.forget()

    report = world.prune(dry_run=True)

    assert report.counts["unreadable"] == 0
    assert report.counts["keep"] + report.counts["delete"] == 12


def test_a_journal_from_an_old_copy_lets_nothing_go_at_once() -> None:
    world = PruneWorld()
    world.nights(3)
    world.nights(2, prune=False)
    world.forget(*(each.arn for name in (FS, OTHER_FS) for each in world.good(name)[-2:]))

    report = world.prune()

    assert any("restored from an old copy" in note for note in report.notes)
    assert len(world.good()) == 5


def test_only_what_goes_is_asked_for_its_tags() -> None:
    world = PruneWorld({"last": 20})
    world.nights(20)
    world.night(prune=False)
    asked: list[str] = []
    original = world.backup.point
    world.backup.point = lambda arn: (asked.append(arn), original(arn))[1]  # type: ignore[method-assign]
    world.backup.tags_read.clear()

    world.prune()

    goes_and_shields = 2 * 2
    assert world.backup.tags_read == []
    assert len(set(asked)) == goes_and_shields


def test_more_unknown_points_than_one_prune_reads_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_recovery_points, "MOST_UNKNOWN", 4)
    world = PruneWorld()
    world.nights(6, prune=False)
    world.forget()

    report = world.prune()

    assert report.counts["unreadable"] == 8
    assert len(world.good()) == 6


def test_points_that_aws_calls_something_else_stay_and_count_nowhere() -> None:
    world = PruneWorld()
    world.nights(3)
    odd = world.good()[-1]
    world.backup.stored[odd.arn] = replace(odd, state=StoredState.UNUSABLE)
    world.nights(4)

    assert odd.arn in world.backup.stored
    assert len(world.good()) == 3


def test_a_second_recovery_point_of_one_backup_counts_once() -> None:
    world = PruneWorld()
    world.nights(3)
    newest = world.good()[-1]
    world.put(1, tags=newest.tags, started_at=newest.started_at + timedelta(minutes=1))

    report = world.prune()

    assert len(world.good()) == 4
    ((_, reason),) = report.unreadable
    assert reason == f"{newest.arn} is a recovery point of the same backup, and counts instead"


def test_an_incomplete_listing_deletes_nothing() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    world.backup.fail_next("points", TemporaryError("no answer"))

    report = world.prune()

    assert "no answer" in report.refused
    assert len(world.good()) == 4
