"""A volume that cannot be read is no damaged volume: what its reads raise comes out, wherever it happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from snapkeep_filesystems.volume import Volume
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile, entries


class Lost(Exception):
    """The volume could not be read."""


class Failing:
    """A volume of which only some reads succeed, and which then fails once."""

    def __init__(self, volume: Volume, reads: int) -> None:
        self._volume, self._left = volume, reads
        self.size = volume.size

    def read(self, offset: int, length: int) -> bytes:
        self._left -= 1
        if self._left == -1:
            raise Lost
        return self._volume.read(offset, length)

    @property
    def has_failed(self) -> bool:
        return self._left < 0


@pytest.fixture(params=["ext4", "xfs"])
def volume(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ImageFile]:
    image, _ = unpack(request.param, tmp_path)
    opened = ImageFile(image)
    yield opened
    opened.close()


def everything(volume: Volume) -> dict[str, object]:
    return dict(entries(Files(open_file_system(volume))))


def test_what_a_read_raises_comes_out_wherever_it_happens(volume: ImageFile) -> None:
    true, outcomes = everything(volume), set()
    for reads in (*range(100), *range(100, 2000, 50)):
        failing = Failing(volume, reads)
        try:
            found = everything(failing)
        except Lost:
            outcomes.add("lost")
        else:
            assert not failing.has_failed and found == true
            outcomes.add("read")

    assert "lost" in outcomes


def test_nothing_more_is_read_after_a_failure(volume: ImageFile) -> None:
    failing = Failing(volume, 1000)
    files = Files(open_file_system(failing))
    with pytest.raises(Lost):
        while True:
            entries(files)
    with pytest.raises(Lost):
        files.entry("/")
