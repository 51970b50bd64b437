"""A log replayed in memory shows what the kernel's own recovery shows, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sandbox.lab.volumes.archive import Entry
from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from tests.filesystems.images import WORKS, unpack
from tests.filesystems.reading import ImageFile, differences, entries


@dataclass(frozen=True)
class Crashed:
    """A crashed volume and what the kernel's recovery found on it."""

    name: str
    volume: ImageFile
    true: Mapping[str, Entry]


@pytest.fixture(scope="module", params=sorted(WORKS))
def crashed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashed]:
    image, true = unpack(request.param, tmp_path_factory.mktemp(request.param))
    volume = ImageFile(image)
    yield Crashed(request.param, volume, true)
    volume.close()


def test_everything_is_as_the_kernel_recovers_it(crashed: Crashed) -> None:
    opened = open_file_system(crashed.volume)
    assert (opened.log_trouble, opened.errors) == ("", "")
    assert (opened.transactions == 0) is WORKS[crashed.name].unmounted
    assert opened.checked_groups == (0 if crashed.name == "ext3" else opened.groups)
    assert differences(crashed.true, entries(Files(opened))) == []


@pytest.mark.parametrize("name", ["ext4-wrapped", "xfs", "xfs-wrapped"])
def test_without_the_log_files_are_missing(name: str, tmp_path: Path) -> None:
    image, true = unpack(name, tmp_path)
    volume = ImageFile(image)
    without = replace(open_file_system(volume), volume=volume)
    assert len(differences(true, entries(Files(without)))) > 50
