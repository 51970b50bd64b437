"""Names that are no text, and the longest ones, are read as the bytes that they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.lab.volumes import archive
from snapkeep_filesystems import folders
from snapkeep_filesystems.errors import NotHandled
from snapkeep_filesystems.files import Files, Kind
from snapkeep_filesystems.opening import open_file_system
from tests.filesystems.images import FOLDER
from tests.filesystems.odd_names import MORE, NAMES
from tests.filesystems.reading import ImageFile


@pytest.fixture(scope="module", params=["ext4", "xfs"])
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    packed = FOLDER / f"{request.param}-odd-names.tar.xz"
    return archive.unpack(packed, tmp_path_factory.mktemp(request.param)).image


@pytest.fixture
def files(image: Path) -> Iterator[Files]:
    volume = ImageFile(image)
    yield Files(open_file_system(volume))
    volume.close()


@pytest.mark.parametrize(("folder", "more"), [("/few", 2), ("/many", MORE)])
def test_every_name_is_listed_and_its_file_read(files: Files, folder: str, more: int) -> None:
    found = {os.fsencode(each.name) for each in files.entries(folder)}
    assert found >= set(NAMES) and len(found) == len(NAMES) + more
    for name in NAMES:
        path = f"{folder}/{os.fsdecode(name)}"
        entry = files.entry(path)
        assert entry and (os.fsencode(entry.name), entry.size) == (name, len(name))
        assert files.read(path, 0, 1000) == name


def test_a_name_beside_odd_ones_is_found(files: Files) -> None:
    assert files.read("/many/file-7", 0, 10) == b"file-7"
    assert files.entry("/many/nope") is None
    assert files.entry("/few/\udcff") is None and files.entry("/few/\ud800") is None
    assert files.entry(f"/few/{'x' * 255}/below") is None
    below = files.entry("/few/\udcff\udcff/below")
    assert below and below.kind is Kind.FOLDER


def test_a_link_to_what_is_no_text_is_refused_in_words(files: Files) -> None:
    with pytest.raises(NotHandled, match="/few/link is a link whose target is not UTF-8"):
        files.target("/few/link")
    assert files.read("/many/file-7", 0, 10) == b"file-7"


class Failing(ImageFile):
    """A volume that cannot be read once it `fails`."""

    fails = False

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        if self.fails:
            raise TimeoutError("EBS is away")
        return super().read(offset, length)


@pytest.mark.parametrize("after", range(1, 12))
def test_what_reading_an_odd_name_raises_is_no_damage(image: Path, after: int) -> None:
    volume = Failing(image)
    listed = Files(open_file_system(volume)).entries("/few")
    reads = 0

    def counted(offset: int, length: int) -> bytes:
        nonlocal reads
        reads += 1
        volume.fails = reads > after
        return Failing.read(volume, offset, length)

    volume.read = counted  # type: ignore[method-assign]
    try:
        list(listed)
    except TimeoutError as error:
        assert "EBS is away" in str(error)
    else:
        assert not volume.fails


def test_a_folder_that_would_fill_the_memory_is_refused(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LARGEST", 10_000)
    with pytest.raises(NotHandled, match="too large to be read, more than 10,000"):
        list(files.entries("/many"))
