"""archive_points: a tick archives what pays, and EC2's event settles it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from lambdas.archive_points.handler import handle
from snapkeep.wiring import aws
from tests.fakes.archiving import ArchiveWorld
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load


@dataclass(frozen=True)
class WithTime(Context):
    """An invocation that ends in so many seconds."""

    seconds: int = 900

    def get_remaining_time_in_millis(self) -> int:
        return self.seconds * 1000


@pytest.fixture
def archiving(world: World, monkeypatch: pytest.MonkeyPatch) -> ArchiveWorld:
    """A world with monthly points."""
    found = ArchiveWorld(months=3)
    monkeypatch.setattr(aws, "ports", lambda _: replace(found.ports(), blocks=found.blocks))
    return found


def test_a_tick_archives_and_the_event_settles(archiving: ArchiveWorld, sample: Load) -> None:
    (report,) = handle(sample("archive_points/tick"), WithTime())["clusters"]
    assert (report["cluster"], len(report["begun"]), report["given_up"]) == ("myeks", 1, {})
    (moved,) = archiving.finish()
    event = sample("archive_points/archived")
    event["detail"]["snapshot_id"] = f"arn:aws:ec2:ap-northeast-2::snapshot/{moved}"
    (settled,) = handle(event, WithTime())["clusters"]
    assert settled["archived"] == list(report["begun"])


def test_nothing_is_measured_in_the_last_minutes(archiving: ArchiveWorld, sample: Load) -> None:
    (report,) = handle(sample("archive_points/tick"), WithTime(seconds=479))["clusters"]
    assert report["begun"] == {} and len(report["waiting"]) == 1
    assert archiving.tiers.begun == []


def test_the_event_of_somebody_elses_snapshot_changes_nothing(archiving: ArchiveWorld, sample: Load) -> None:
    (report,) = handle(sample("archive_points/failed"), WithTime())["clusters"]
    assert (report["archived"], report["given_up"]) == ([], {})
