"""check_points: a tick of its schedule looks into new points, and the answer says what it saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lambdas.check_points.handler import handle
from snapkeep.adapters.filesystems import ReadFileSystems
from snapkeep.wiring import aws
from tests.fakes.blocks import FakeBlocks
from tests.fakes.world import SLOT, World
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile
from tests.unit.lambdas.conftest import Context, Load


@dataclass(frozen=True)
class Late(Context):
    """An invocation that Lambda ends in 59 seconds."""

    def get_remaining_time_in_millis(self) -> int:
        return 59_000


@dataclass(frozen=True)
class Early(Context):
    """An invocation that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.fixture
def checked(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A world with a run's points, each of which holds an XFS that was cut off in the middle of its work."""
    volume = ImageFile(unpack("xfs", tmp_path)[0])
    world.back_up(SLOT)
    for name, snapshot in world.ebs.all.items():
        world.ebs.all[name] = replace(snapshot, size_bytes=volume.size)
    ports = world.ports()
    ports.blocks, ports.file_systems = FakeBlocks(dict.fromkeys(world.ebs.all, volume)), ReadFileSystems()
    monkeypatch.setattr(aws, "ports", lambda _: ports)
    return world


def test_a_tick_looks_into_every_new_point_and_says_what_it_read(checked: World, sample: Load) -> None:
    (report,) = handle(sample("check_points/tick"), Early())["clusters"]
    assert (report["cluster"], len(report["checked"]), report["waiting"]) == ("myeks", 2, 0)
    assert report["cost"]["blocks"] > 0
    assert not report["given_up"]
    assert handle(sample("check_points/tick"), Early())["clusters"][0]["checked"] == []


def test_no_look_begins_in_the_last_minute(checked: World, sample: Load) -> None:
    (report,) = handle(sample("check_points/tick"), Late())["clusters"]
    assert (report["checked"], report["waiting"]) == ([], 2)
    assert len(handle(sample("check_points/tick"), Early())["clusters"][0]["checked"]) == 2
