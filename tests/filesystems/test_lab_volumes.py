"""The lab's volumes hold what the kernel's recovery shows, and some of it is in the log alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.lab.volumes import DROPPED, IMAGES, image_of
from sandbox.lab.volumes.archive import Entry
from snapkeep_filesystems.file_system import FileSystem
from snapkeep_filesystems.files import Files
from snapkeep_filesystems.opening import open_file_system
from tests.filesystems.reading import ImageFile, differences, entries

TABLE = "/wordpress/wp_posts.ibd"


GIB = 2**30


@contextmanager
def opened(name: str, folder: Path) -> Iterator[tuple[FileSystem, Mapping[str, Entry]]]:
    """The file system of an image and what the kernel found on it."""
    found = image_of(name, folder)
    volume = ImageFile(found.image)
    yield open_file_system(volume), found.entries
    volume.close()


@pytest.mark.parametrize("name", [*IMAGES.values(), DROPPED])
def test_a_volume_reads_as_the_kernel_recovers_it(name: str, tmp_path: Path) -> None:
    with opened(name, tmp_path) as (files, true):
        assert files.transactions > 0
        assert differences(true, entries(Files(files))) == []


def test_what_the_writer_wrote_is_in_the_log_alone(tmp_path: Path) -> None:
    with opened("ebs-claim", tmp_path) as (files, true):
        without = Files(replace(files, volume=files.raw))
        assert differences(true, entries(without)) == ["/out.txt"]


def test_a_volume_that_has_just_grown_has_its_new_size(tmp_path: Path) -> None:
    with opened("ebs-claim", tmp_path) as (files, _):
        assert files.size == 10 * GIB
        assert files.size - files.free < 0.1 * GIB


def test_the_dropped_table_was_there_before(tmp_path: Path) -> None:
    with opened("mysql", tmp_path) as (before, had), opened(DROPPED, tmp_path) as (after, has):
        assert before.uuid == after.uuid
        assert TABLE in had and TABLE not in has
