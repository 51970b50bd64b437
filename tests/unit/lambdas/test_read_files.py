"""read_files: a message of the API is answered, and the log says what it read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.read_files.handler import handle
from snapkeep.adapters.filesystems import ReadFileSystems
from snapkeep.domain.files.requests import QuestionKind, ReadPoint
from snapkeep.domain.files.results import Listing
from snapkeep.wiring import aws
from tests.fakes.blocks import FakeBlocks
from tests.fakes.file_samples import a_request, an_operation
from tests.fakes.stores.files import MemoryFiles
from tests.fakes.world import SLOT, World
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile
from tests.unit.lambdas.conftest import Context, Load


def test_a_message_is_answered_once(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample: Load
) -> None:
    volume = ImageFile(unpack("xfs", tmp_path)[0])
    world.back_up(SLOT)
    for name, snapshot in world.ebs.all.items():
        world.ebs.all[name] = replace(snapshot, size_bytes=volume.size)
    ports, files = world.ports(), MemoryFiles(world.clock)
    ports.blocks, ports.file_systems = FakeBlocks(dict.fromkeys(world.ebs.all, volume)), ReadFileSystems()
    ports.files = files
    monkeypatch.setattr(aws, "ports", lambda _: ports)
    point = world.points()[0]
    read = ReadPoint(point.id, point.snapshot_id, SLOT)
    request = a_request(
        QuestionKind.LS, points=(read,), namespace=point.claim.namespace, claim=point.claim.name
    )
    message = sample("read_files/ask")
    operation = replace(an_operation(request, message["attempt"]), id=message["operation"])
    world.journal.file_operations.begin_operation(operation, world.clock())

    report = handle(message, Context())
    assert (report["operation"], report["ended"]) == (operation.id, "done")
    assert report["cost"]["blocks"] > 0
    answer = files.answer(operation.id)
    assert isinstance(answer, Listing) and len(answer.entries) > 5
    assert handle(message, Context())["ended"] == "left alone"
