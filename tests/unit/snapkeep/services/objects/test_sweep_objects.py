"""What a run saved goes when its points have gone, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from snapkeep.services.objects.sweep_objects import SweepReport
from snapkeep.wiring import objects
from tests.fakes.faults import Crash
from tests.fakes.kms import KEY
from tests.fakes.saving import NIGHT, SavingWorld, run_of
from tests.fakes.world import SLOT


class SweptWorld(SavingWorld):
    """Ten nights, each with a prune, of which retention keeps three."""

    def __init__(self, **policy: Any) -> None:
        super().__init__(retention={"last": 3}, **policy)
        self.objects.put("secrets", "shop", "db", type="Opaque")
        for night in range(10):
            self.back_up(SLOT + night * NIGHT)
            self.save()
            self.prune()

    def sweep(self) -> SweepReport:
        """One sweep."""
        (report,) = objects.sweep_objects(self.ports()).run()
        return report

    def kept(self) -> set[str]:
        """The runs of which something is saved."""
        return {each.subject.run for each in self.records()}

    def with_points(self) -> set[str]:
        """The runs that still have points: fewer than ten, and more than none."""
        found = {each.tags[tags.RUN] for each in self.ebs.all.values()}
        assert 0 < len(found) < 10
        return found


def test_what_was_saved_with_points_that_are_gone_goes() -> None:
    world = SweptWorld()
    world.wait(hours=24 * 7)
    world.prune()
    report = world.sweep()
    assert report.given_up == {}
    assert len(report.removed) == 2 * (10 - len(world.with_points()))
    assert world.kept() == world.with_points()
    assert {key.partition("/")[0] for key in world.archives.texts} == world.kept()
    assert world.sweep().removed == []


def test_what_is_younger_than_a_week_stays() -> None:
    world = SweptWorld()
    world.sweep()
    assert world.kept() == {run_of(night) for night in range(2, 10)}


def test_nothing_goes_while_the_catalogue_may_lack_points() -> None:
    world = SweptWorld()
    world.wait(hours=24 * 7)
    world.journal.catalogue.complete.clear()
    assert world.sweep().removed == []
    assert len(world.kept()) == 10


def test_what_fails_stops_nothing_else_and_is_tried_again() -> None:
    world = SweptWorld()
    world.wait(hours=24 * 7)
    world.prune()
    world.archives.fail_next("remove", TemporaryError("S3 is slow"))
    assert list(world.sweep().given_up.values()) == ["S3 is slow"]
    assert world.kept() == {run_of(0), *world.with_points()}
    world.sweep()
    assert world.kept() == world.with_points()


def test_a_crash_after_the_archive_is_gone_leaves_its_record_for_the_next_sweep() -> None:
    world = SweptWorld()
    world.wait(hours=24 * 7)
    world.prune()
    world.archives.crash_after("remove")
    with pytest.raises(Crash):
        world.sweep()
    assert len(world.kept()) == 10
    world.sweep()
    assert world.kept() == world.with_points()


def test_secrets_go_with_their_archives() -> None:
    world = SweptWorld(secrets_key=KEY)
    assert len(world.archives.secrets) == 10
    world.wait(hours=24 * 7)
    world.prune()
    world.archives.crash_after("remove_secrets")
    with pytest.raises(Crash):
        world.sweep()
    world.sweep()
    assert {key.partition("/")[0] for key in world.archives.secrets} == world.kept() == world.with_points()
